import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { makeDirectory } from '#files';
import { LogError, logProblem } from '../../problems.js';
import type { TopicSpecification } from '../../records/topic-specification.js';
import type { EmbeddedLogSettings } from '../../settings.js';
import { Arrivals } from './arrivals.js';
import { type DatabaseLocation, databaseName, placeName } from './connection.js';
import { type Clocks, LogClock } from './log-clock.js';
import { Positions } from './positions.js';
import { StorageLock } from './storage-lock.js';
import { TopicRecords } from './topic-records.js';

/** Limit of a topic in memory; SQLite's in-memory file system ends at 1 GiB. */
const MEMORY_BYTES = 256 * 1024 * 1024;

/** Why this process lacks the storage's lock: another process has it, or its file is gone and cannot be created. */
const TAKEN = 1;
const LOST = 2;

/** One thread's part of the embedded log: its connections, opened at first use. */
export class Storage {
  readonly positions: Positions;
  readonly arrivals: Arrivals;
  readonly inMemory: boolean;
  readonly #topics: ReadonlyMap<string, TopicSpecification>;
  readonly #open = new Map<string, TopicRecords>();
  /** For all threads of the process: 0 when it has the storage's lock, else `TAKEN` or `LOST`. */
  readonly #lockLost: Int32Array;
  #clock: LogClock | undefined;

  private constructor(
    readonly place: DatabaseLocation,
    readonly settings: EmbeddedLogSettings,
    readonly lock: StorageLock | undefined,
    readonly clocks: Clocks | undefined,
  ) {
    this.inMemory = 'memory' in place;
    const bound = this.inMemory ? { maxBytes: MEMORY_BYTES } : {};
    this.#topics = new Map(settings.topics.map((topic) => [topic.name, { ...bound, ...topic }]));
    this.positions = new Positions(place);
    this.#lockLost = new Int32Array(settings.lock ?? new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    this.arrivals = new Arrivals('memory' in place ? place.memory : place.directory);
    if (settings.clock !== undefined) this.#clock = new LogClock(settings.clock, clocks);
  }

  /** Opens the storage as its only owner, or, with `attachTo`, for another thread of the owner's process. */
  static open(settings: EmbeddedLogSettings, clocks?: Clocks): Storage {
    if (settings.attachTo !== undefined) return new Storage(placeOf(settings.path, settings.attachTo), settings, undefined, clocks);
    const place = placeOf(settings.path, `betrace-${randomUUID()}`);
    if ('directory' in place) prepareDirectory(place.directory);
    const lock = new StorageLock(place);
    try {
      return new Storage(place, settings, lock, clocks).#prepared();
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  get clock(): LogClock {
    this.#clock ??= this.#startClock();
    return this.#clock;
  }

  /** The topic's records, through this thread's connection. */
  records(topic: string): TopicRecords {
    let records = this.#open.get(topic);
    if (records === undefined) {
      records = new TopicRecords(this.place, this.topic(topic));
      this.#open.set(topic, records);
    }
    return records;
  }

  topic(name: string): TopicSpecification {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw logProblem('BT_LOG_UNKNOWN_TOPIC', { topic: name, topics: [...this.#topics.keys()].join(', ') });
    return topic;
  }

  /** In the owner's thread: checks the lock, and informs all threads. Throws BT_LOG_LOCK_LOST or BT_LOG_FILE_LOST. */
  checkLock(): void {
    try {
      this.lock?.check();
      Atomics.store(this.#lockLost, 0, 0);
    } catch (error) {
      const without = error instanceof LogError && error.code === 'BT_LOG_LOCK_LOST' ? TAKEN : LOST;
      Atomics.store(this.#lockLost, 0, this.lock?.isHeld === true ? 0 : without);
      throw error;
    }
  }

  /** Before a write. Throws BT_LOG_LOCK_LOST when another process has the storage, BT_LOG_FILE_LOST when none can have it. */
  checkOwned(): void {
    const state = Atomics.load(this.#lockLost, 0);
    if (state === 0) return;
    if (state === LOST) throw logProblem('BT_LOG_FILE_LOST', { path: databaseName(this.place, 'lock'), what: 'deleted', pid: process.pid });
    throw logProblem('BT_LOG_LOCK_LOST', { path: placeName(this.place), owner: 'another process', pid: process.pid });
  }

  /** Throws BT_LOG_FILE_LOST when an open database was deleted, replaced or truncated. */
  checkFiles(): void {
    this.positions.checkFiles();
    for (const records of this.#open.values()) records.checkFiles();
  }

  /** The number of this process's databases that were deleted, replaced or truncated. */
  filesLost(): number {
    const all = [this.positions, ...this.#open.values()];
    return all.filter((one) => one.lost() !== undefined).length + Math.min(1, Atomics.load(this.#lockLost, 0));
  }

  topics(): Iterable<TopicSpecification> {
    return this.#topics.values();
  }

  forThreads(): EmbeddedLogSettings {
    const attachTo = 'memory' in this.place ? this.place.memory : this.place.directory;
    const lock = this.#lockLost.buffer as SharedArrayBuffer;
    return { ...this.settings, writer: 'direct', attachTo, lock, clock: this.clock.shared };
  }

  close(): void {
    this.arrivals.close();
    for (const records of this.#open.values()) records.close();
    this.positions.close();
    this.lock?.release();
  }

  /** From the last beat on. A log of an older version has no beats, but timestamps of records. */
  #startClock(): LogClock {
    const timestamps = [...this.#topics.values()].map((topic) => (topic.pauses ? this.records(topic.name).newestTimestamp() : undefined));
    const times = [this.positions.lastBeat(), ...timestamps].filter((time) => time !== undefined);
    return LogClock.start(times.length === 0 ? undefined : Math.max(...times), this.clocks);
  }

  /** A group beyond the end would skip the next records. */
  #checkPositions(topic: string): void {
    const records = this.records(topic);
    for (const { group, partition, offset } of this.positions.all(topic)) {
      const end = partition < this.topic(topic).partitions ? records.end(partition) : Number.POSITIVE_INFINITY;
      const path = databaseName(this.place, topic);
      if (offset > end) throw logProblem('BT_LOG_POSITION_BEYOND_END', { group, topic, partition, position: offset, end, path });
    }
  }

  #prepared(): this {
    try {
      for (const topic of this.#topics.values()) {
        this.positions.declareTopic(topic);
        this.#checkPositions(topic.name);
      }
      return this;
    } catch (error) {
      this.close();
      throw error;
    }
  }
}

function placeOf(path: string | undefined, memory: string): DatabaseLocation {
  return path === undefined ? { memory } : { directory: resolve(path) };
}

function prepareDirectory(path: string): void {
  try {
    makeDirectory(path);
  } catch (error) {
    throw logProblem('BT_LOG_STORAGE_NOT_WRITABLE', { path, reason: error instanceof Error ? error.message : String(error) }, error);
  }
}
