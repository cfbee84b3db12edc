import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { logProblem } from '../problems.js';
import type { EmbeddedLogSettings } from '../settings.js';
import type { TopicSpecification } from '../topics.js';
import { Arrivals } from './arrivals.js';
import type { Place } from './connection.js';
import { makeDirectory } from './make-directory.js';
import { Positions } from './positions.js';
import { StorageLock } from './storage-lock.js';
import { TopicRecords } from './topic-records.js';

/** Bound of a topic in memory; SQLite's in-memory file system ends at 1 GiB. */
const MEMORY_BYTES = 256 * 1024 * 1024;

/** What one thread holds of the embedded log: its connections, opened at first use. */
export class Storage {
  readonly positions: Positions;
  readonly arrivals: Arrivals;
  readonly inMemory: boolean;
  readonly #topics: ReadonlyMap<string, TopicSpecification>;
  readonly #open = new Map<string, TopicRecords>();

  private constructor(
    readonly place: Place,
    readonly settings: EmbeddedLogSettings,
    readonly lock: StorageLock | undefined,
  ) {
    this.inMemory = 'memory' in place;
    const bound = this.inMemory ? { maxBytes: MEMORY_BYTES } : {};
    this.#topics = new Map(settings.topics.map((topic) => [topic.name, { ...bound, ...topic }]));
    this.positions = new Positions(place);
    this.arrivals = new Arrivals('memory' in place ? place.memory : place.directory);
  }

  /** Opens the storage: its only owner, or, with `attachTo`, another thread of the owner's process. */
  static open(settings: EmbeddedLogSettings): Storage {
    if (settings.attachTo !== undefined) return new Storage(placeOf(settings.path, settings.attachTo), settings, undefined);
    const place = placeOf(settings.path, `betrace-${randomUUID()}`);
    if ('directory' in place) prepareDirectory(place.directory);
    const lock = new StorageLock(place);
    try {
      return new Storage(place, settings, lock).#prepared();
    } catch (error) {
      lock.release();
      throw error;
    }
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

  topics(): Iterable<TopicSpecification> {
    return this.#topics.values();
  }

  forThreads(): EmbeddedLogSettings {
    return { ...this.settings, writer: 'direct', attachTo: 'memory' in this.place ? this.place.memory : this.place.directory };
  }

  close(): void {
    this.arrivals.close();
    for (const records of this.#open.values()) records.close();
    this.positions.close();
    this.lock?.release();
  }

  #prepared(): this {
    try {
      for (const topic of this.#topics.values()) {
        this.positions.declareTopic(topic);
        this.records(topic.name);
      }
      return this;
    } catch (error) {
      this.close();
      throw error;
    }
  }
}

function placeOf(path: string | undefined, memory: string): Place {
  return path === undefined ? { memory } : { directory: resolve(path) };
}

function prepareDirectory(path: string): void {
  try {
    makeDirectory(path);
  } catch (error) {
    throw logProblem('BT_LOG_STORAGE_NOT_WRITABLE', { path, reason: error instanceof Error ? error.message : String(error) }, error);
  }
}
