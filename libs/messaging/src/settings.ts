import type { TopicSpecification } from './topics.js';

/** The embedded log: SQLite in this process. */
export interface EmbeddedLogSettings {
  readonly kind: 'embedded';
  readonly topics: readonly TopicSpecification[];
  /** Directory of the databases, made when absent. Undefined keeps the log in memory: it ends with the process. */
  readonly path?: string;
  /**
   * Where appends are written: in a thread of its own (default; the caller's event loop never waits for a disk), or
   * `direct`, in the calling thread (worker threads, unit tests: the thread's entry exists only in the build).
   */
  readonly writer?: 'thread' | 'direct';
  /** Set by `Log.forThreads`: the storage that another thread of this process owns. */
  readonly attachTo?: string;
}

/** What `openLog` takes; `kind` chooses the adaptor. */
export type LogSettings = EmbeddedLogSettings;
