import { LOCK_TIMEOUT_MS } from './open-database.js';
import { SqliteThread } from './sqlite-thread.js';
import { type ThreadSettings } from './thread-message.js';

/** Where the entry of the threads lies in the build. */
const ENTRY = new URL('./thread.js', import.meta.url);

/** Threads that read beside the one that writes: a long search leaves room for the lists of others. */
const READERS = 2;
/** Who has waited for the writer still tries for this share of the time. */
const LAST_TRY = 1 / 20;

/**
 * The connections of a store: one that writes, and, of a database in a file, some that only read. They read what is committed, while the other writes
 * (https://sqlite.org/wal.html). A database in memory is known to its one connection alone.
 */
export class SqliteThreads {
  #writer: SqliteThread;
  readonly #readers: SqliteThread[] = [];
  /** The last caller that has the writer, or waits for it. */
  #queue: Promise<void> = Promise.resolve();
  /** How long (ms) the writer waits now for the lock of another process. */
  #lockTimeout = LOCK_TIMEOUT_MS;
  #closed = false;

  constructor(
    private readonly place: string,
    private readonly entry: URL = ENTRY,
    private readonly lockTimeout = LOCK_TIMEOUT_MS,
  ) {
    this.#writer = this.#start(false);
  }

  private get inMemory(): boolean {
    return this.place === ':memory:';
  }

  /**
   * Has the writer for itself until it calls `release`. One that ended is replaced, unless the database ended with it. Time spent in the queue counts
   * for the lock of another process, too: while one holds it, the caller behind another would wait twice, the next three times.
   */
  async acquireWriter(): Promise<{ readonly writer: SqliteThread; readonly release: () => void }> {
    const before = this.#queue;
    let release!: () => void;
    this.#queue = new Promise((resolve) => {
      release = resolve;
    });
    const asked = performance.now();
    await before;
    if (this.#writer.ended && !this.inMemory && !this.#closed) this.#writer = this.#start(false);
    try {
      await this.#waitForLock(this.lockTimeout - (performance.now() - asked));
    } catch (error) {
      release();
      throw error;
    }
    return { writer: this.#writer, release };
  }

  /** `left`: milliseconds. */
  async #waitForLock(left: number): Promise<void> {
    const least = this.lockTimeout * LAST_TRY;
    // A statement for each write would cost more than a difference this small is worth.
    const timeout = left > this.lockTimeout - least ? this.lockTimeout : Math.round(Math.max(left, least));
    if (timeout === this.#lockTimeout || this.#writer.ended) return;
    await this.#writer.query(`PRAGMA busy_timeout = ${timeout}`, []);
    this.#lockTimeout = timeout;
  }

  /** The reader with the least to do; undefined where only the writer can read. */
  reader(): SqliteThread | undefined {
    if (this.inMemory || this.#closed) return undefined;
    for (const [at, reader] of this.#readers.entries()) if (reader.ended) this.#readers[at] = this.#start(true);
    const idle = this.#readers.find(({ waiting }) => waiting === 0);
    if (idle !== undefined) return idle;
    if (this.#readers.length < READERS) {
      const another = this.#start(true);
      this.#readers.push(another);
      return another;
    }
    return this.#readers.reduce((least, one) => (one.waiting < least.waiting ? one : least));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#queue;
    await Promise.all([this.#writer, ...this.#readers].map((thread) => thread.close()));
  }

  #start(reads: boolean): SqliteThread {
    if (!reads) this.#lockTimeout = LOCK_TIMEOUT_MS;
    return new SqliteThread({ place: this.place, reads } satisfies ThreadSettings, this.entry);
  }
}
