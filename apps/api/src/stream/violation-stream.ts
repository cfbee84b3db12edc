import type { Logger } from '#platform';
import type { Store, ViolationFilter, ViolationSequence } from '#store';
import { ConcurrencyLimit, type ConcurrencyLimits } from '../request/concurrency-limit.js';
import { eventId, placeAfter } from './event-id.js';
import { SequenceFollower } from './sequence-follower.js';

const LIMITS: ConcurrencyLimits = { all: 50, ofOne: 20 };
/** Violations that are read and buffered for a client at once. */
const PAGE = 100;
/** Milliseconds. */
const HEARTBEAT_MS = 15_000;
/** Milliseconds until a client reconnects. */
const RETRY_MS = 2_000;

export interface StreamRequest {
  readonly filter: ViolationFilter;
  /** The caller's key or address. */
  readonly caller: string;
  /** `Last-Event-ID`: start after this event. */
  readonly after: string | undefined;
  /** The event's view of a violation. */
  readonly view: (stored: { readonly record: string }) => object;
  /** Aborted when the client is gone. */
  readonly gone: AbortSignal;
  /** Whether the client may still read; checked before each send. */
  readonly allowed: () => Promise<boolean>;
}

/**
 * Violations as server-sent events, in the order of storing. The stream reads the store. So each process serves the violations of all, a client may resume at
 * another process, and every violation in an event can be queried. A slow client buffers one page.
 */
export class ViolationStream {
  private readonly stopping = new AbortController();
  private readonly open = new ConcurrencyLimit('BT_API_TOO_MANY_STREAMS', LIMITS);
  private readonly sequence: SequenceFollower;

  constructor(
    private readonly store: Pick<Store, 'violationSequence' | 'violationsSince'>,
    private readonly logger: Logger,
    private readonly heartbeat = HEARTBEAT_MS,
  ) {
    this.sequence = new SequenceFollower(store);
  }

  /**
   * The parts of an answer, which ends when the client is gone or the process stops. Errors before the start are thrown at once: BT_API_TOO_MANY_STREAMS (429),
   * BT_API_EVENT_ID_INVALID (400), or the store's error.
   */
  async begin(request: StreamRequest): Promise<AsyncGenerator<string>> {
    // The generator releases the place only if it is read.
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

  /** Ends all answers, so that the process can stop: clients reconnect and resume. */
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
      yield `retry: ${RETRY_MS}\n${place === undefined ? event('reset', { reason: 'The event is not of this database.' }) : ': begins\n'}id: ${eventId(origin, after)}\n\n`;
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

/** JSON contains no line breaks. */
function event(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n`;
}
