import { retry } from '#waiting';
import { type Refusal, refusalOf } from './refusal.js';

/** A violation that only doubtful answers refuse is tried so often before it is given up. */
const DOUBTFUL_TRIES = 3;
/** Longest pause (ms) that an endpoint can ask for. A longer one may be a mistake, and a restart of the endpoint is not announced. */
const LONGEST_ASKED = 300_000;

/** What the deliveries of one exporter know together: whether the endpoint takes anything at all. */
export class Taken {
  /** Calls that were accepted. */
  count = 0;
}

export interface Delivery<Item> {
  /** One call; rejects with the exporter's error. */
  send(items: readonly Item[]): Promise<void>;
  /** The meaning of such an error; default: as for an OTLP endpoint. */
  readonly meaning?: (error: unknown) => Refusal;
  accepted(items: readonly Item[]): Promise<void>;
  /** The endpoint will never take this one. */
  refused(item: Item, refusal: Refusal): Promise<void>;
  /** A call failed, and is repeated after `pause` ms if nothing narrows it down. */
  failed(refusal: Refusal, pause: number): void;
  readonly signal: AbortSignal;
  readonly taken: Taken;
}

/** How often, and since when, one was refused by an answer that may mean the endpoint itself. */
interface Doubt {
  tries: number;
  readonly takenBefore: number;
}

/**
 * Delivers items in their order, however long that takes; rejects only when the signal is aborted or a callback rejects. Passing
 * refusals wait. A call that is refused for good is cut in halves until the items are found that are refused alone; the others are
 * delivered. A doubtful answer finds an item only when the endpoint took something else meanwhile: else it waits like an outage.
 */
export async function deliver<Item>(items: readonly Item[], delivery: Delivery<Item>): Promise<void> {
  const doubts = new Map<Item, Doubt>();
  const doubtful = (refusal: Refusal) => new DoubtfulAnswer(refusal);
  let left = items;
  const round = async (): Promise<void> => {
    const sweep = await deliverOnce(left, delivery, doubts);
    left = sweep.left;
    if (sweep.refusal) throw doubtful(sweep.refusal);
  };
  await retry(round, {
    signal: delivery.signal,
    hopeless: (error) => !(error instanceof DoubtfulAnswer),
    failed: (error, pause) => delivery.failed((error as DoubtfulAnswer).refusal, pause),
  });
}

class DoubtfulAnswer extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

interface Sweep<Item> {
  /** Refused alone, for now. */
  readonly left: readonly Item[];
  readonly refusal?: Refusal;
}

async function deliverOnce<Item>(items: readonly Item[], delivery: Delivery<Item>, doubts: Map<Item, Doubt>): Promise<Sweep<Item>> {
  if (items.length === 0) return { left: [] };
  const takenBefore = delivery.taken.count;
  const refusal = await call(items, delivery);
  if (refusal === undefined) {
    delivery.taken.count++;
    await delivery.accepted(items);
    return { left: [] };
  }
  for (const item of items) if (!doubts.has(item)) doubts.set(item, { tries: 0, takenBefore });
  if (items.length > 1) {
    const middle = items.length >> 1;
    const first = await deliverOnce(items.slice(0, middle), delivery, doubts);
    const second = await deliverOnce(items.slice(middle), delivery, doubts);
    const said = second.refusal ?? first.refusal;
    return { left: [...first.left, ...second.left], ...(said === undefined ? {} : { refusal: said }) };
  }
  const item = items[0]!;
  const doubt = doubts.get(item)!;
  doubt.tries++;
  const proven = doubt.tries >= DOUBTFUL_TRIES && delivery.taken.count > doubt.takenBefore;
  if (refusal.kind === 'doubtful' && !proven) return { left: [item], refusal };
  await delivery.refused(item, refusal);
  return { left: [] };
}

/** One call, repeated until the endpoint accepts or refuses its content. Answers why it is refused; undefined when it is accepted. */
async function call<Item>(items: readonly Item[], delivery: Delivery<Item>): Promise<Refusal | undefined> {
  const meaning = delivery.meaning ?? refusalOf;
  const waits = (error: Error) => {
    const { kind } = meaning(error);
    return kind === 'passing' || kind === 'configuration';
  };
  try {
    await retry(() => delivery.send(items), {
      signal: delivery.signal,
      hopeless: (error) => !waits(error),
      failed: (error, pause) => delivery.failed(meaning(error), pause),
      atLeast: (error) => Math.min(LONGEST_ASKED, meaning(error).retryAfter ?? 0),
    });
    return undefined;
  } catch (error) {
    delivery.signal.throwIfAborted();
    const refusal = meaning(error);
    if (refusal.kind === 'refused' || refusal.kind === 'doubtful') return refusal;
    throw error;
  }
}
