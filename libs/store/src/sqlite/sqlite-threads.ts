import { LOCK_TIMEOUT_MS } from './open-database.js';
import { SqliteThread } from './sqlite-thread.js';
import { type ThreadSettings } from './thread-message.js';

/** The entry file of the threads in the build. */
const ENTRY = new URL('./thread.js', import.meta.url);

/** Threads that read, in addition to the writer's thread: during a long search the others serve lists. */
const READERS = 2;
/** The share of the lock timeout that a caller still gets after it waited for the writer. */
const LAST_TRY = 1 / 20;

/**
 * The connections of a store: one that writes and, for a database in a file, some that only read. They read committed data while the other writes
 * (https://sqlite.org/wal.html). A database in memory has only one connection.
 */
export class SqliteThreads {
  #writer: SqliteThread;
  readonly #readers: SqliteThread[] = [];
  /** Resolves when the last caller in the queue has released the writer. */
  #queue: Promise<void> = Promise.resolve();
  /** The writer's current lock timeout (ms). */
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
   * Waits for exclusive use of the writer, until `release`. A writer that ended is replaced, unless the database ended with it. Time in the queue counts
   * towards the lock timeout. Otherwise, while another process holds the lock, the second caller would wait twice as long and the third three times.
   */
  async acquireWriter(): Promise<{ readonly writer: SqliteThread; readonly release: () => void }> {
    const before = this.#queue;
    let release!: () => void;
    this.#queue = new Promise((resolve) => {
      release = resolve;
    });
    const requestedAt = performance.now();
    await before;
    if (this.#writer.ended && !this.inMemory && !this.#closed) this.#writer = this.#start(false);
    try {
      await this.#waitForLock(this.lockTimeout - (performance.now() - requestedAt));
    } catch (error) {
      release();
      throw error;
    }
    return { writer: this.#writer, release };
  }

  /** @param left the remaining milliseconds */
  async #waitForLock(left: number): Promise<void> {
    const least = this.lockTimeout * LAST_TRY;
    // Changing the timeout costs a statement, so small differences are ignored.
    const timeout = left > this.lockTimeout - least ? this.lockTimeout : Math.round(Math.max(left, least));
    if (timeout === this.#lockTimeout || this.#writer.ended) return;
    await this.#writer.query(`PRAGMA busy_timeout = ${timeout}`, []);
    this.#lockTimeout = timeout;
  }

  /** The reader with the fewest statements; undefined if only the writer can read. */
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
