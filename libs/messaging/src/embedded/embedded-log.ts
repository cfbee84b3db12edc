import { withDeadline } from '#waiting';
import { Log, type OutgoingRecord, type Position, type RecordBatch, type SubscribeOptions, type Subscription } from '../log.js';
import { logProblem } from '../problems.js';
import type { EmbeddedLogSettings } from '../settings.js';
import { EmbeddedSubscription } from './embedded-subscription.js';
import { SYSTEM_CLOCKS } from './storage/log-clock.js';
import { Storage } from './storage/storage.js';
import { DirectWriter } from './write/direct-writer.js';
import { ThreadWriter } from './write/thread-writer.js';
import { bytesOf, type Writer } from './write/writer.js';

/** Maximum bytes that wait to be written; beyond it appends are refused, so that overload does not use up memory. */
const WAITING_BYTES = 64 * 1024 * 1024;
const APPEND_DEADLINE_MS = 10_000;
const READ_BYTES = 1024 * 1024;
const BEAT_MS = 250;
/** How often the owner checks that it still has its lock. */
const LOCK_MS = 500;

export interface EmbeddedLogOptions {
  /** Unix milliseconds; a writer in its own thread always uses the real clock. */
  readonly now?: () => number;
  /** As in `SYSTEM_CLOCKS`. */
  readonly monotonic?: () => number;
  /** The built entry of the writer's thread, when this code does not run from the build. */
  readonly writerThread?: URL;
}

/** The log in this process, over SQLite; see docs/decisions/0001. */
export class EmbeddedLog extends Log {
  readonly #subscriptions = new Set<EmbeddedSubscription>();
  #waitingBytes = 0;
  #closing: Promise<void> | undefined;
  #beating: NodeJS.Timeout | undefined;
  #watching: NodeJS.Timeout | undefined;

  private constructor(
    readonly storage: Storage,
    readonly writer: Writer,
    readonly wall: () => number,
  ) {
    super();
  }

  /** Opens the storage; throws a LogError with a remedy when it is unavailable. */
  static open(settings: EmbeddedLogSettings, options: EmbeddedLogOptions = {}): EmbeddedLog {
    const { now = SYSTEM_CLOCKS.wall, monotonic = SYSTEM_CLOCKS.monotonic, writerThread } = options;
    const storage = Storage.open(settings, { wall: now, monotonic });
    if (settings.attachTo !== undefined) return new EmbeddedLog(storage, new DirectWriter(storage, now, false), now);
    const log = new EmbeddedLog(storage, writerOf(storage, now, writerThread), now);
    log.#watchLock();
    if (settings.receiversOpenLater !== true) log.receiving(true);
    return log;
  }

  /** This thread receives records: while it hangs, none can be appended. */
  receiving(open: boolean): void {
    clearInterval(this.#beating);
    if (this.#closing) return;
    this.writer.beat();
    if (!open) return;
    this.#beating = setInterval(() => this.writer.beat(), BEAT_MS);
    this.#beating.unref();
  }

  partitions(topic: string): number {
    return this.storage.topic(topic).partitions;
  }

  async append(topic: string, records: readonly OutgoingRecord[]): Promise<readonly number[]> {
    if (this.#closing) throw logProblem('BT_LOG_CLOSED');
    const partitions = this.partitions(topic);
    for (const { partition } of records) {
      if (!(partition >= 0 && partition < partitions)) throw logProblem('BT_LOG_UNKNOWN_PARTITION', { topic, partition, partitions });
    }
    if (records.length === 0) return [];
    const bytes = bytesOf(records);
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > WAITING_BYTES)
      throw logProblem('BT_LOG_OVERLOADED', { bytes: WAITING_BYTES });
    this.#waitingBytes += bytes;
    const written = this.writer.append(topic, records).finally(() => {
      this.#waitingBytes -= bytes;
    });
    return inTime(written, topic);
  }

  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    if (this.#closing) throw logProblem('BT_LOG_CLOSED');
    const { topic, group } = options;
    const all = Array.from({ length: this.partitions(topic) }, (_, partition) => partition);
    const partitions = options.partitions ?? all;
    for (const partition of partitions) {
      if (!all.includes(partition)) throw logProblem('BT_LOG_UNKNOWN_PARTITION', { topic, partition, partitions: all.length });
      for (const other of this.#subscriptions) {
        const same = other.options.topic === topic && other.options.group === group && other.partitions.includes(partition);
        if (same) throw logProblem('BT_LOG_ALREADY_ASSIGNED', { topic, group, partition });
      }
    }
    const subscription = new EmbeddedSubscription(this.storage, options, partitions, this.wall, (closed) =>
      this.#subscriptions.delete(closed),
    );
    this.#subscriptions.add(subscription);
    return subscription;
  }

  async *read(topic: string, partition: number, from: number, to = Number.MAX_SAFE_INTEGER): AsyncGenerator<RecordBatch, void> {
    const log = this.storage.records(topic);
    const { end } = log.bounds(partition);
    const until = Math.min(to, end);
    let next = from;
    while (next < until) {
      const records = log.read(partition, next, until, READ_BYTES);
      const last = records.at(-1);
      if (last === undefined) return;
      next = last.offset + 1;
      yield { topic, partition, records, endOffset: end };
    }
  }

  async committed(topic: string, group: string, partition: number): Promise<Position | undefined> {
    return this.storage.positions.committed(topic, group, partition);
  }

  async offsetAt(topic: string, partition: number, timestamp: number): Promise<number> {
    return this.storage.records(topic).offsetAt(partition, timestamp);
  }

  async ends(topic: string): Promise<ReadonlyMap<number, number>> {
    const records = this.storage.records(topic);
    return new Map(Array.from({ length: this.partitions(topic) }, (_, partition) => [partition, records.end(partition)]));
  }

  async bounds(topic: string, partition: number): Promise<{ readonly start: number; readonly end: number }> {
    return this.storage.records(topic).bounds(partition);
  }

  now(): number {
    return this.storage.clock.now();
  }

  async check(): Promise<void> {
    if (this.#closing) throw logProblem('BT_LOG_CLOSED');
    this.storage.checkLock();
    for (const { name } of this.storage.topics()) this.storage.records(name).bounds(0);
    this.storage.checkFiles();
    await inTime(this.writer.check(), 'its probe');
  }

  override filesLost(): number {
    return this.storage.filesLost();
  }

  forThreads(): EmbeddedLogSettings {
    return this.storage.forThreads();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Checked periodically, because a second process may start at any time. */
  #watchLock(): void {
    if (this.storage.inMemory) return;
    this.#watching = setInterval(() => {
      try {
        this.storage.checkLock();
      } catch {
        // The threads refuse writes from now on; `check` reports it.
      }
    }, LOCK_MS);
    this.#watching.unref();
  }

  async #close(): Promise<void> {
    clearInterval(this.#beating);
    clearInterval(this.#watching);
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
    await this.writer.close();
    this.storage.close();
  }
}

function writerOf(storage: Storage, now: () => number, writerThread: URL | undefined): Writer {
  if (storage.settings.writer !== 'direct') return new ThreadWriter(storage.forThreads(), writerThread);
  const writer = new DirectWriter(storage, now, true);
  writer.retention.start();
  return writer;
}

/** Rejects BT_LOG_TIMEOUT when `work` takes too long; the work itself continues. */
function inTime<T>(work: Promise<T>, topic: string): Promise<T> {
  return withDeadline(work, APPEND_DEADLINE_MS, () => logProblem('BT_LOG_TIMEOUT', { topic, ms: APPEND_DEADLINE_MS, because: '' }));
}
