import { GivenUp, isGivenUp } from '../given-up.js';
import type { PartitionListener, Position, SubscribeOptions } from '../log.js';
import { logProblem } from '../problems.js';
import type { Storage } from './storage/storage.js';

const BATCH_BYTES = 1024 * 1024;
const IDLE_INTERVAL_MS = 1_000;
/** A poll in case a wake-up between threads is lost. */
const POLL_MS = 500;
const RETRY_MS = { first: 50, max: 5_000 };
/** In memory, delivered offsets are reported after this many bytes, and at the end: reporting each batch took 2 % of a reader's time. */
const DELIVERED_BYTES = 1024 * 1024;
/** How often a reader without commits reports that it is present. */
const SEEN_EVERY_MS = 60 * 60 * 1000;
/** Interval of checks whether that report is due, even while a listener works on one batch for days. It is due by a clock that may leap. */
const SEEN_CHECK_MS = 1_000;

/** Reads one partition for one member of a group and feeds the listener, one call at a time. */
export class PartitionReader {
  readonly #listener: PartitionListener;
  readonly #topic: string;
  readonly #group: string;
  #next = 0;
  #paused = false;
  #stopping = false;
  /** For a call under way that waits for something other than the log. */
  readonly #leaving = new AbortController();
  /** Ends the current wait. */
  #wake: () => void = () => undefined;
  #seenAt = Number.NEGATIVE_INFINITY;
  #idleAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  /** Bytes delivered since the last report. */
  #unsaid = 0;
  #assigned = true;
  /** The record after the last reported gap. */
  #reportedMissing = -1;
  readonly #done: Promise<void>;

  constructor(
    readonly storage: Storage,
    readonly partition: number,
    readonly options: SubscribeOptions,
    readonly now: () => number,
  ) {
    this.#listener = options.listener;
    this.#topic = options.topic;
    this.#group = options.group;
    this.#done = this.#run();
  }

  commit(position: Position): void {
    if (!this.#assigned) throw logProblem('BT_LOG_NOT_ASSIGNED', { topic: this.#topic, partition: this.partition, group: this.#group });
    this.storage.checkOwned();
    this.storage.positions.commit(this.#topic, this.#group, this.partition, position, this.now());
    this.#seenAt = this.now();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#wake();
  }

  /** Stops after the call under way, and after the listener's `revoked`. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#leaving.abort(new GivenUp());
    this.#wake();
    await this.#done;
  }

  async #run(): Promise<void> {
    const stopListening = this.storage.arrivals.listen(this.#topic, this.partition, () => this.#wake());
    let started = false;
    const seenTimer = setInterval(() => started && this.#saySeenIfPossible(), SEEN_CHECK_MS);
    seenTimer.unref();
    // The subscriber gets its subscription before its listener is called.
    await nextTurn();
    while (!this.#stopping) {
      try {
        if (!started) {
          await this.#start();
          started = true;
        } else if (this.#paused) {
          await this.#waitFor(SEEN_EVERY_MS);
        } else if (!(await this.#deliver())) {
          await this.#rest();
        }
        this.#failures = 0;
      } catch (error) {
        if (this.#stopping && isGivenUp(error)) break;
        this.#listener.failed?.(error instanceof Error ? error : new Error(String(error)), this.partition);
        await this.#waitFor(Math.min(RETRY_MS.first * 2 ** this.#failures++, RETRY_MS.max), true);
      }
    }
    stopListening();
    clearInterval(seenTimer);
    try {
      if (started) await this.#listener.revoked(this.partition);
    } catch (error) {
      this.#listener.failed?.(error instanceof Error ? error : new Error(String(error)), this.partition);
    } finally {
      this.#assigned = false;
    }
  }

  async #start(): Promise<void> {
    this.#saySeen();
    const committed = this.storage.positions.committed(this.#topic, this.#group, this.partition);
    const { start, end } = this.storage.records(this.#topic).bounds(this.partition);
    const firstOffset = (await this.#listener.assigned(this.partition, committed, start)) ?? committed?.offset ?? start;
    // The position is beyond the end: its records are gone (files were restored or removed). Reads the existing ones.
    this.#next = firstOffset > end ? start : Math.max(firstOffset, start);
    // In memory, delivered records may be deleted before they are committed.
    if (committed !== undefined && firstOffset <= end && !this.storage.inMemory)
      this.#tellMissing(Math.min(firstOffset, committed.offset), start);
  }

  /** Records before `next` were deleted before the group read them. Reported once. */
  #tellMissing(from: number, next: number): void {
    const { path, topic } = this.storage.records(this.#topic);
    if (from >= next || topic.compacted === true || this.#reportedMissing === next) return;
    this.#reportedMissing = next;
    const values = { from, to: next - 1, partition: this.partition, topic: this.#topic, path, group: this.#group };
    const error = logProblem('BT_LOG_RECORDS_MISSING', values);
    if (this.#listener.missing === undefined) this.#listener.failed?.(error, this.partition);
    else this.#listener.missing(error, this.partition);
  }

  /** Delivers the next batch; false when there is none. */
  async #deliver(): Promise<boolean> {
    const log = this.storage.records(this.#topic);
    const records = log.read(this.partition, this.#next, Number.MAX_SAFE_INTEGER, this.options.maxBatchBytes ?? BATCH_BYTES);
    const last = records.at(-1);
    if (last === undefined) return false;
    if (records[0]!.offset !== this.#next) this.#tellMissing(this.#next, records[0]!.offset);
    const endOffset = Math.max(log.end(this.partition), last.offset + 1);
    const batch = { topic: this.#topic, partition: this.partition, records, endOffset };
    await this.#listener.records(batch, this.#leaving.signal);
    this.#next = last.offset + 1;
    for (const { value } of records) this.#unsaid += value.length;
    if (this.#unsaid >= DELIVERED_BYTES) this.#sayDelivered();
    // Listeners that never wait must not starve timers and messages.
    await nextTurn();
    return true;
  }

  /** At the end: reports it, and waits for records. */
  async #rest(): Promise<void> {
    this.#saySeen();
    if (this.#unsaid > 0) this.#sayDelivered();
    const interval = this.options.idleInterval ?? IDLE_INTERVAL_MS;
    if (this.#listener.idle && performance.now() - this.#idleAt >= interval) {
      this.#idleAt = performance.now();
      // Records that come meanwhile end the wait below before it begins, because then #next is below the end.
      await this.#listener.idle(this.partition, this.#next);
      if (this.storage.records(this.#topic).end(this.partition) > this.#next) return;
    }
    await this.#waitFor(Math.min(POLL_MS, interval));
  }

  #sayDelivered(): void {
    this.#unsaid = 0;
    if (this.storage.inMemory) this.storage.positions.delivered(this.#topic, this.#group, this.partition, this.#next);
  }

  #saySeen(): void {
    if (this.now() - this.#seenAt < SEEN_EVERY_MS) return;
    this.#seenAt = this.now();
    this.storage.positions.seen(this.#topic, this.#group, this.partition, this.#seenAt);
  }

  /** If the storage refuses this, it refuses other work too, which reports it. */
  #saySeenIfPossible(): void {
    try {
      this.#saySeen();
    } catch {
      this.#seenAt = Number.NEGATIVE_INFINITY;
    }
  }

  /** Waits for a wake-up, at most `ms`; with `whole`, only stopping ends it earlier. */
  #waitFor(ms: number, whole = false): Promise<void> {
    if (this.#stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(end, ms);
      const reader = this;
      function end(): void {
        clearTimeout(timer);
        reader.#wake = () => undefined;
        resolve();
      }
      this.#wake = () => {
        if (!whole || this.#stopping) end();
      };
    });
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
