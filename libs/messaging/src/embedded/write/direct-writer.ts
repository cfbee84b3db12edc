import { statfs } from 'node:fs/promises';
import type { OutgoingRecord } from '../../log.js';
import { type LogError, LogUnavailable, logProblem } from '../../problems.js';
import { type DatabaseLocation, placeName } from '../storage/connection.js';
import type { Beat } from '../storage/log-clock.js';
import { Retention } from '../storage/retention.js';
import type { Storage } from '../storage/storage.js';
import { bytesOf, type Writer } from './writer.js';

/** Maximum bytes of values in one transaction: enough to make a sync worthwhile, little enough for memory. */
const TRANSACTION_BYTES = 16 * 1024 * 1024;
/** How long an append waits for readers when its topic is full, and how often it checks. */
const BACKLOG_TIMEOUT_MS = 2_000;
const BACKLOG_RETRY_MS = 10;
/** The disk counts as full below this free space, because the next checkpoint needs some. */
const FREE_BYTES = 32 * 1024 * 1024;
/** For this long after a failed append, appends count as impossible, unless one succeeded. */
const REFUSED_MS = 60_000;

interface WaitingAppend {
  readonly records: readonly OutgoingRecord[];
  readonly bytes: number;
  /** The deadline for waiting for room, by the monotonic clock. */
  readonly expires: number;
  readonly resolve: (offsets: readonly number[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes in the calling thread, in group commits. Appends of one turn of the event loop, or made while a commit runs, share a transaction and its one sync of
 * the disk.
 */
export class DirectWriter implements Writer {
  readonly retention: Retention;
  /** Per topic, in order of arrival. */
  readonly #waiting = new Map<string, WaitingAppend[]>();
  #scheduled: NodeJS.Immediate | NodeJS.Timeout | undefined;
  #closed = false;
  /** The time of the last failed append without a later success; by the monotonic clock. */
  #refusedAt = Number.NEGATIVE_INFINITY;
  /** Topics whose last append failed. */
  readonly #failed = new Set<string>();

  /** @param beats receivers append here while they are open, which drives the log's clock */
  constructor(
    readonly storage: Storage,
    readonly now: () => number,
    readonly beats: boolean,
  ) {
    this.retention = new Retention(storage, now);
  }

  append(topic: string, records: readonly OutgoingRecord[]): Promise<readonly number[]> {
    if (this.#closed) return Promise.reject(logProblem('BT_LOG_CLOSED'));
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(topic) ?? [];
      this.#waiting.set(topic, waiting);
      waiting.push({ records, bytes: bytesOf(records), expires: performance.now() + BACKLOG_TIMEOUT_MS, resolve, reject });
      this.#scheduled ??= setImmediate(() => this.#commitAll());
    });
  }

  beat(): void {
    if (!this.beats || this.#closed || this.#refuses()) return;
    try {
      this.storage.checkOwned();
      this.storage.checkFiles();
      const beat = this.storage.clock.beat();
      this.#tellPause(beat);
      beat.take();
      this.storage.positions.beat(beat.time);
    } catch {
      // An append would have failed too. The clock stops, and the next success reports for how long.
      this.#refusedAt = performance.now();
    }
  }

  async check(): Promise<void> {
    this.storage.checkOwned();
    this.storage.checkFiles();
    this.storage.positions.probe(this.now());
    // While readiness fails, no sender appends, so only this notices that it works again.
    for (const topic of this.#failed) this.storage.records(topic).probe();
    if (!('directory' in this.storage.place)) return;
    const path = this.storage.place.directory;
    const { bavail, bsize } = await statfs(path);
    if (bavail * bsize < FREE_BYTES) throw logProblem('BT_LOG_STORAGE_FULL', { path });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.retention.stop();
    this.#commitAll();
    clearTimeout(this.#scheduled as NodeJS.Timeout);
    for (const waiting of this.#waiting.values()) for (const append of waiting) append.reject(logProblem('BT_LOG_CLOSED'));
    this.#waiting.clear();
  }

  #commitAll(): void {
    this.#scheduled = undefined;
    let mustWait = false;
    for (const [topic, waiting] of this.#waiting) {
      while (waiting.length > 0 && this.#hasRoom(topic, waiting)) this.#commit(topic, nextGroup(waiting));
      mustWait ||= waiting.length > 0;
    }
    if (mustWait && !this.#closed) this.#scheduled = setTimeout(() => this.#commitAll(), BACKLOG_RETRY_MS);
  }

  /** Whether the topic has room. Without room, appends that waited long enough are refused. */
  #hasRoom(topic: string, waiting: WaitingAppend[]): boolean {
    try {
      if (this.retention.makeRoom(topic)) return true;
    } catch (error) {
      const refusal = unavailable(error, this.storage.place);
      for (const append of waiting.splice(0)) append.reject(refusal);
      return false;
    }
    const now = performance.now();
    const refusal = logProblem('BT_LOG_BACKLOG_FULL', { topic, bytes: this.storage.topic(topic).maxBytes ?? 0 });
    while (waiting[0] !== undefined && waiting[0].expires <= now) waiting.shift()?.reject(refusal);
    return false;
  }

  #refuses(): boolean {
    return performance.now() - this.#refusedAt < REFUSED_MS;
  }

  /** After a repeated failure, the pause is no longer than the silence of the partition. */
  #tellPause({ time, pause }: Beat): void {
    if (pause === 0) return;
    for (const { name, partitions, pauses } of this.storage.topics()) {
      if (!pauses) continue;
      this.storage.records(name).append([], time, pause);
      this.storage.arrivals.announce(name, [...Array(partitions).keys()]);
    }
  }

  #commit(topic: string, group: readonly WaitingAppend[]): void {
    const { clock } = this.storage;
    const tells = this.storage.topic(topic).pauses === true;
    try {
      this.storage.checkOwned();
      const topicRecords = this.storage.records(topic);
      topicRecords.checkFiles();
      const beat = this.beats && (tells || !this.#refuses()) ? clock.beat() : undefined;
      if (beat) this.#tellPause(beat);
      const records = group.flatMap((append) => append.records);
      const offsets = topicRecords.append(records, beat?.time ?? clock.now());
      topicRecords.checkFiles();
      beat?.take();
      if (tells) this.#refusedAt = Number.NEGATIVE_INFINITY;
      this.#failed.delete(topic);
      let at = 0;
      for (const append of group) append.resolve(offsets.slice(at, (at += append.records.length)));
      this.storage.arrivals.announce(topic, [...new Set(records.map((record) => record.partition))]);
    } catch (error) {
      if (tells) this.#refusedAt = performance.now();
      this.#failed.add(topic);
      const refusal = unavailable(error, this.storage.place);
      for (const append of group) append.reject(refusal);
    }
  }
}

/** Records were not written, for any reason, even a damaged file or a read-only disk. The sender still has them and must retry. */
function unavailable(error: unknown, place: DatabaseLocation): LogError {
  if (error instanceof LogUnavailable) return error;
  return logProblem('BT_LOG_FAILED', { path: placeName(place), reason: error instanceof Error ? error.message : String(error) }, error);
}

/** Takes the appends of the next transaction from the front. */
function nextGroup(waiting: WaitingAppend[]): readonly WaitingAppend[] {
  let count = 0;
  let bytes = 0;
  while (count < waiting.length && bytes < TRANSACTION_BYTES) bytes += waiting[count++]?.bytes ?? 0;
  return waiting.splice(0, count);
}
