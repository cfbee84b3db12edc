import { GivenUp, isGivenUp } from '../../given-up.js';
import type { LogRecord, PartitionListener, Position, SubscribeOptions } from '../../log.js';
import { LogError, LogUnavailable, logProblem } from '../../problems.js';
import { kafkaFailed } from '../client/kafka-errors.js';
import { withoutSyntheticKey } from './synthetic-key.js';

const BATCH_BYTES = 1024 * 1024;
/** More is fetched when fewer bytes than this are ready. */
const READY_BYTES = 1024 * 1024;
const IDLE_INTERVAL_MS = 1_000;
const POLL_MS = 500;
/** The next check (ms), where something is due but the broker has not confirmed lately that the end is reached. */
const SOON_MS = 50;
const RETRY_MS = { first: 50, max: 5_000 };
/** How long (ms) the broker's report of the end counts. */
const FRESH_MS = 2_000;

/** The subscription of a feed. */
export interface FeedSource {
  /** The current log of the topic's name; undefined for brokers without topic ids. */
  topicId(): Promise<string | undefined>;
  committed(partition: number): Promise<CommittedPosition | undefined>;
  bounds(partition: number): Promise<{ readonly start: number; readonly end: number }>;
  /** The demand of the feed changed. */
  wantsChanged(): void;
  /** The log is unavailable, for all partitions alike, and is retried; `works` when it is back. */
  unavailable(partition: number, error: Error): void;
  works(partition: number): void;
}

/** A position, and the log it belongs to, if known. */
export interface CommittedPosition extends Position {
  readonly topicId?: string | undefined;
}

/** One partition of a member: fetched records wait here; the listener gets them, one call at a time. */
export class PartitionFeed {
  readonly #listener: PartitionListener;
  readonly #options: SubscribeOptions;
  #ready: LogRecord[] = [];
  #readyBytes = 0;
  #fetchAt: number | undefined;
  #topicId: string | undefined;
  /** The position at which the log turned out to be another one. */
  #leftAt: number | undefined;
  #fetchAfter = 0;
  #end = 0;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #latest = 0;
  #paused = false;
  #stopping = false;
  /** For a call under way that waits for something other than the log. */
  readonly #leaving = new AbortController();
  #held = true;
  #idleAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  /** Ends the current wait. */
  #wake: () => void = () => undefined;
  readonly #done: Promise<void>;

  constructor(
    readonly partition: number,
    options: SubscribeOptions,
    readonly source: FeedSource,
  ) {
    this.#listener = options.listener;
    this.#options = options;
    this.#done = this.#run();
  }

  /** Whether this member may commit. */
  get held(): boolean {
    return this.#held;
  }

  /** The log that is read; committed positions refer to it. */
  get topicId(): string | undefined {
    return this.#topicId;
  }

  get #idleInterval(): number {
    return this.#options.idleInterval ?? IDLE_INTERVAL_MS;
  }

  /** The offset to fetch from now; undefined when nothing is wanted. */
  get wanted(): number | undefined {
    return this.#fetchAt === undefined || this.#paused || this.#stopping || this.full || performance.now() < this.#fetchAfter
      ? undefined
      : this.#fetchAt;
  }

  /** The feed would want records if the listener had taken those that are ready. */
  get full(): boolean {
    return this.#readyBytes >= READY_BYTES;
  }

  /** Adds records fetched at `from`; `next` is the next offset. */
  take(from: number, records: readonly LogRecord[], next: number, end: number): void {
    if (from !== this.#fetchAt) return;
    for (const record of records) {
      // The broker's clock may have been set back; the times that readers see never decrease.
      this.#latest = Math.max(this.#latest, record.timestamp);
      this.#ready.push(withoutSyntheticKey(record.timestamp === this.#latest ? record : { ...record, timestamp: this.#latest }));
      this.#readyBytes += record.value.length;
    }
    this.#fetchAt = next;
    this.#end = Math.max(end, next);
    this.#answeredAt = performance.now();
    this.#wake();
  }

  /** The offset is not in the log, which has `start` to `end`. */
  moved(from: number, start: number, end: number): void {
    if (from !== this.#fetchAt) return;
    if (from > end) return this.#leave();
    if (from < start) this.#expired(from, start);
    this.#fetchAt = start;
    this.#end = end;
  }

  /** The topic now has this id: with another one it was created again, and has other records at the same offsets. */
  isOf(topicId: string | undefined): void {
    if (this.#fetchAt !== undefined && topicId !== undefined && this.#topicId !== undefined && topicId !== this.#topicId) this.#leave();
  }

  #leave(): void {
    this.#leftAt = this.#fetchAt;
    this.#fetchAt = undefined;
    this.#wake();
  }

  /** Fetching failed for this partition alone; it is retried a little later. */
  unreadable(from: number, error: unknown): void {
    const { topic } = this.#options;
    const reason = error instanceof Error ? error.message : String(error);
    this.#fetchAfter = performance.now() + RETRY_MS.max;
    this.#fail(logProblem('BT_LOG_RECORD_UNREADABLE', { partition: this.partition, topic, offset: from, reason }, error));
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#wake();
    this.source.wantsChanged();
  }

  /** The partition already belongs to another member: nothing more is committed. */
  lose(): void {
    this.#held = false;
  }

  /** Stops after the call under way, and after the listener's `revoked`. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#leaving.abort(new GivenUp());
    this.#wake();
    await this.#done;
  }

  async #run(): Promise<void> {
    let started = false;
    // The subscriber gets its subscription before its listener is called.
    await nextTurn();
    while (!this.#stopping) {
      try {
        if (!started) {
          await this.#start();
          started = true;
        } else if (this.#leftAt !== undefined) {
          await this.#startAnew(this.#leftAt);
        } else if (this.#paused) {
          await this.#waitFor(POLL_MS);
        } else if (!(await this.#deliver())) {
          await this.#rest();
        }
        if (this.#failures > 0) this.source.works(this.partition);
        this.#failures = 0;
      } catch (error) {
        if (this.#stopping && isGivenUp(error)) break;
        if (error instanceof LogUnavailable) this.source.unavailable(this.partition, error);
        else this.#fail(error);
        await this.#waitFor(Math.min(RETRY_MS.first * 2 ** this.#failures++, RETRY_MS.max), true);
      }
    }
    try {
      if (started) await this.#listener.revoked(this.partition);
      else this.#listener.dismissed?.(this.partition);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#held = false;
    }
  }

  async #start(): Promise<void> {
    const { topicId, committed, start, end } = await this.#where();
    const another = committed !== undefined && isAnother(topicId, committed.topicId);
    if (another || (committed && committed.offset > end)) this.#replaced(committed.offset, end);
    else if (committed && committed.offset < start)
      this.#expired(committed.offset, start, { offset: committed.offset, metadata: committed.metadata });
    const position = committed && !another ? { offset: committed.offset, metadata: committed.metadata } : undefined;
    const firstOffset = (await this.#listener.assigned(this.partition, position, start)) ?? position?.offset ?? start;
    // A position beyond the end means that its records are gone: reads the existing ones.
    this.#begin(topicId, firstOffset > end ? start : Math.max(firstOffset, start), end);
  }

  /** The log is another one: all known positions are invalid. */
  async #startAnew(leftAt: number): Promise<void> {
    const { topicId, start, end } = await this.#where();
    this.#replaced(leftAt, end);
    this.#ready = [];
    this.#readyBytes = 0;
    this.#latest = 0;
    const firstOffset = (await this.#listener.assigned(this.partition, undefined, start)) ?? start;
    this.#leftAt = undefined;
    this.#begin(topicId, firstOffset > end ? start : Math.max(firstOffset, start), end);
  }

  async #where(): Promise<{ topicId: string | undefined; committed: CommittedPosition | undefined; start: number; end: number }> {
    try {
      const topicId = await this.source.topicId();
      const [committed, bounds] = await Promise.all([this.source.committed(this.partition), this.source.bounds(this.partition)]);
      return { topicId, committed, ...bounds };
    } catch (error) {
      throw kafkaFailed(`tell where partition ${this.partition} of ${this.#options.topic} was left`, error);
    }
  }

  #begin(topicId: string | undefined, fetchAt: number, end: number): void {
    this.#topicId = topicId;
    this.#fetchAt = fetchAt;
    this.#end = end;
    this.source.wantsChanged();
  }

  /** Delivers the next batch; false when there is none. */
  async #deliver(): Promise<boolean> {
    const count = this.#batchLength();
    if (count === 0) return false;
    const records = this.#ready.slice(0, count);
    const endOffset = Math.max(this.#end, records[count - 1]!.offset + 1);
    const batch = { topic: this.#options.topic, partition: this.partition, records, endOffset };
    await this.#listener.records(batch, this.#leaving.signal);
    this.#ready.splice(0, count);
    // While records come, `idle` is not called.
    this.#idleAt = performance.now() + this.#idleInterval;
    const wasFull = this.full;
    for (const { value } of records) this.#readyBytes -= value.length;
    if (wasFull && !this.full) this.source.wantsChanged();
    // Listeners that never wait must not starve timers and messages.
    await nextTurn();
    return true;
  }

  #batchLength(): number {
    const max = this.#options.maxBatchBytes ?? BATCH_BYTES;
    let bytes = 0;
    let count = 0;
    while (count < this.#ready.length && (count === 0 || bytes < max)) bytes += this.#ready[count++]!.value.length;
    return count;
  }

  /** Nothing is ready: reports the end when it is reached, and waits for records. */
  async #rest(): Promise<void> {
    const interval = this.#idleInterval;
    const now = performance.now();
    // For all partitions at the same moments: then their appends go in one request.
    const due = Math.ceil((this.#idleAt + interval) / interval) * interval;
    const caughtUp = this.#fetchAt !== undefined && this.#fetchAt >= this.#end && now - this.#answeredAt < FRESH_MS;
    if (this.#listener.idle && caughtUp && now >= due) {
      this.#idleAt = now;
      await this.#listener.idle(this.partition, this.#fetchAt ?? 0);
      return;
    }
    await this.#waitFor(Math.min(POLL_MS, due > now ? due - now : Math.min(interval, SOON_MS)));
  }

  /** Retention deleted records before the group read them. */
  #expired(from: number, start: number, committed?: Position): void {
    const { topic, group } = this.#options;
    const error = logProblem('BT_LOG_RECORDS_EXPIRED', { from, to: start - 1, partition: this.partition, topic, group });
    if (this.#listener.missing === undefined) this.#fail(error);
    else this.#listener.missing(error, this.partition, committed);
  }

  /** The topic was created again, or lost records. */
  #replaced(position: number, end: number): void {
    const { topic } = this.#options;
    this.#fail(logProblem('BT_LOG_IS_ANOTHER', { topic, partition: this.partition, position, end }));
  }

  #fail(error: unknown): void {
    // The partition was lost while a batch was under way: its new owner gets that batch again, and `revoked` reports it here.
    if (!this.#held && error instanceof LogError && error.code === 'BT_LOG_NOT_ASSIGNED') return;
    this.#listener.failed?.(error instanceof Error ? error : new Error(String(error)), this.partition);
  }

  /** Waits for a wake-up, at most `ms`; with `whole`, only stopping ends it earlier. */
  #waitFor(ms: number, whole = false): Promise<void> {
    if (this.#stopping || (!whole && this.#ready.length > 0 && !this.#paused)) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#wake = () => {
        if (!whole || this.#stopping) end();
      };
    });
  }
}

/** If it is known: positions of earlier versions, and old brokers, lack it. */
function isAnother(topicId: string | undefined, committedIn: string | undefined): boolean {
  return topicId !== undefined && committedIn !== undefined && topicId !== committedIn;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
