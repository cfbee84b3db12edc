import type { Logger } from '#platform';
import type { Store, ViolationFilter, ViolationSequence } from '#store';
import { ConcurrencyLimit, type ConcurrencyLimits } from '../concurrency-limit.js';
import { eventId, placeAfter } from './event-id.js';
import { SequenceFollower } from './sequence-follower.js';

const LIMITS: ConcurrencyLimits = { all: 50, ofOne: 20 };
/** Violations that are read, and held for a client, at once. */
const PAGE = 100;
/** Milliseconds. */
const HEARTBEAT = 15_000;
/** After how many milliseconds a client comes back. */
const RETRY = 2_000;

export interface StreamRequest {
  readonly filter: ViolationFilter;
  /** The key or address that asks. */
  readonly caller: string;
  /** `Last-Event-ID`: begin behind this event. */
  readonly after: string | undefined;
  /** What an event says of a violation. */
  readonly view: (stored: { readonly record: string }) => object;
  /** Aborted when the client is gone. */
  readonly gone: AbortSignal;
  /** Whether the client may still read; asked before anything is sent. */
  readonly allowed: () => Promise<boolean>;
}

/**
 * Violations as server-sent events, in the order in which they were kept. The stream reads the store. Each process therefore serves what all of them keep, a
 * client may resume at another process, and whatever an event names can be queried. A slow client holds one page and reads on later.
 */
export class ViolationStream {
  private readonly stopping = new AbortController();
  private readonly open = new ConcurrencyLimit('BT_API_TOO_MANY_STREAMS', LIMITS);
  private readonly sequence: SequenceFollower;

  constructor(
    private readonly store: Pick<Store, 'violationSequence' | 'violationsSince'>,
    private readonly logger: Logger,
    private readonly heartbeat = HEARTBEAT,
  ) {
    this.sequence = new SequenceFollower(store);
  }

  /**
   * The parts of an answer, without end until the client is gone or the process stops. What keeps it from beginning is thrown at once:
   * BT_API_TOO_MANY_STREAMS (429), BT_API_EVENT_ID_INVALID (400), or the store's error.
   */
  async begin(request: StreamRequest): Promise<AsyncGenerator<string>> {
    // The generator gives the place back only if somebody begins to read it.
    const leave = this.open.take(request.caller, request.gone);
    try {
      const now = await this.store.violationSequence();
      const place = request.after === undefined ? now.last : placeAfter(request.after, now);
      return this.parts(request, now, place, leave);
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Ends all answers, so that the process can stop: their clients come back, and go on where they were. */
  stop(): void {
    this.stopping.abort();
  }

  private async *parts(
    { filter, view, gone, allowed }: StreamRequest,
    { origin, last }: ViolationSequence,
    place: number | undefined,
    leave: () => void,
  ): AsyncGenerator<string> {
    const ended = AbortSignal.any([gone, this.stopping.signal]);
    let after = place ?? last;
    try {
      yield `retry: ${RETRY}\n${place === undefined ? event('reset', { reason: 'The event is not of this database.' }) : ': begins\n'}id: ${eventId(origin, after)}\n\n`;
      while (!ended.aborted) {
        const now = await this.sequence.beyond(origin, after, this.heartbeat, ended);
        if (!ended.aborted && !(await allowed())) return yield `${event('end', { reason: 'The key or token is no longer valid.' })}\n`;
        if (now === undefined) {
          if (!ended.aborted) yield `: heartbeat\nid: ${eventId(origin, after)}\n\n`;
          continue;
        }
        if (now.origin !== origin) return yield `${event('end', { reason: 'The database is another now.' })}\n`;
        const { violations, until } = await this.store.violationsSince(filter, { after, until: now.last, limit: PAGE });
        if (violations.length > 0) {
          yield violations.map((one) => `${event('violation', view(one))}id: ${eventId(origin, one.sequence)}\n\n`).join('');
        }
        after = until;
      }
      if (!gone.aborted) yield `${event('end', { reason: 'This process is stopping.' })}\n`;
    } catch (error) {
      this.logger.warn({ err: error }, 'closed a stream of violations; its client may reconnect');
      yield `${event('end', { reason: 'The violations cannot be read now.' })}\n`;
    } finally {
      leave();
    }
  }
}

/** JSON has no line breaks of its own. */
function event(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n`;
}
