import { retry } from '#waiting';
import { type Refusal, refusalOf } from './refusal.js';

/** Tries of a violation that only doubtful answers refuse. */
const MAX_DOUBTFUL_TRIES = 3;
/** Maximum pause (ms) that an endpoint may request. A longer one may be a mistake, and an endpoint does not announce its restart. */
const MAX_REQUESTED_PAUSE_MS = 300_000;
/** How long (ms) an ending delivery waits for the answer to its call. A receiver that hangs delays neither a stop nor a partition that moves. */
const LAST_ANSWER_MS = 2_000;

/** Shared by the deliveries of one exporter: whether the endpoint accepts anything. */
export class AcceptedCalls {
  /** Accepted calls. */
  count = 0;
}

export interface Delivery<Item> {
  /** Makes one call; rejects the exporter's error. */
  readonly send: (items: readonly Item[]) => Promise<void>;
  /** Interprets such an error; default: as for an OTLP endpoint. */
  readonly meaning?: (error: unknown) => Refusal;
  accepted(items: readonly Item[]): Promise<void>;
  /**
   * The endpoint accepted the items after the delivery had ended: notes them alone, so that the successor need not send them again. Without it a delivery ends
   * when its call does.
   */
  readonly acceptedLate?: (items: readonly Item[]) => Promise<void>;
  /** The endpoint refused the item permanently. */
  refused(item: Item, refusal: Refusal): Promise<void>;
  /** A call failed. It is repeated after `pause` ms, unless it can be split. */
  failed(refusal: Refusal, pause: number): void;
  /** Ends the delivery, with the answer to the call under way if it comes soon. The call itself is not aborted. */
  readonly signal: AbortSignal;
  readonly acceptedCalls: AcceptedCalls;
}

/** How often an item was refused by an answer that may concern the endpoint itself, and since when. */
interface Doubt {
  tries: number;
  readonly acceptedBefore: number;
}

/**
 * Delivers items in order, however long it takes; rejects only when the signal is aborted or a callback rejects. Transient refusals are retried. A call that is
 * refused permanently is split in halves until the refused items are found; the others are delivered. A doubtful answer marks an item only if the endpoint
 * accepted others meanwhile; otherwise it counts as an outage.
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
  /** Refused individually, so far. */
  readonly left: readonly Item[];
  readonly refusal?: Refusal;
}

async function deliverOnce<Item>(items: readonly Item[], delivery: Delivery<Item>, doubts: Map<Item, Doubt>): Promise<Sweep<Item>> {
  if (items.length === 0) return { left: [] };
  const acceptedBefore = delivery.acceptedCalls.count;
  const refusal = await call(items, delivery);
  if (refusal === undefined) {
    delivery.acceptedCalls.count++;
    await delivery.accepted(items);
    return { left: [] };
  }
  for (const item of items) if (!doubts.has(item)) doubts.set(item, { tries: 0, acceptedBefore });
  if (items.length > 1) {
    const middle = items.length >> 1;
    const first = await deliverOnce(items.slice(0, middle), delivery, doubts);
    const second = await deliverOnce(items.slice(middle), delivery, doubts);
    const refused = second.refusal ?? first.refusal;
    return { left: [...first.left, ...second.left], ...(refused === undefined ? {} : { refusal: refused }) };
  }
  const item = items[0]!;
  const doubt = doubts.get(item)!;
  doubt.tries++;
  const proven = doubt.tries >= MAX_DOUBTFUL_TRIES && delivery.acceptedCalls.count > doubt.acceptedBefore;
  if (refusal.kind === 'doubtful' && !proven) return { left: [item], refusal };
  await delivery.refused(item, refusal);
  return { left: [] };
}

/** Repeats one call until the endpoint accepts or refuses its content. Returns the refusal; undefined when accepted. */
async function call<Item>(items: readonly Item[], delivery: Delivery<Item>): Promise<Refusal | undefined> {
  const meaning = delivery.meaning ?? refusalOf;
  const waits = (error: Error) => {
    const { kind } = meaning(error);
    return kind === 'passing' || kind === 'configuration';
  };
  try {
    await retry(() => attempt(items, delivery), {
      signal: delivery.signal,
      hopeless: (error) => !waits(error),
      failed: (error, pause) => delivery.failed(meaning(error), pause),
      atLeast: (error) => Math.min(MAX_REQUESTED_PAUSE_MS, meaning(error).retryAfter ?? 0),
    });
    return undefined;
  } catch (error) {
    delivery.signal.throwIfAborted();
    const refusal = meaning(error);
    if (refusal.kind === 'refused' || refusal.kind === 'doubtful') return refusal;
    throw error;
  }
}

/** One call. Rejects the signal's reason when its answer does not come soon after the signal; a success after that is still noted. */
async function attempt<Item>(items: readonly Item[], { send, acceptedLate, signal }: Delivery<Item>): Promise<void> {
  const answer = send(items);
  if (acceptedLate === undefined) return answer;
  const over = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const endSoon = () => {
    timer = setTimeout(() => over.reject(signal.reason), LAST_ANSWER_MS);
  };
  signal.addEventListener('abort', endSoon);
  try {
    await Promise.race([answer, over.promise]);
  } catch (error) {
    // What was not accepted, or cannot be noted, is sent again.
    answer.then(() => acceptedLate(items)).catch(() => undefined);
    throw error;
  } finally {
    signal.removeEventListener('abort', endSoon);
    clearTimeout(timer);
  }
}
