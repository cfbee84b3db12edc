import type { TopicSpecification } from './records/topic-specification.js';

/** The embedded log: SQLite in this process. */
export interface EmbeddedLogSettings {
  readonly kind: 'embedded';
  readonly topics: readonly TopicSpecification[];
  /** Directory of the databases, created if missing. Undefined keeps the log in memory: it ends with the process. */
  readonly path?: string;
  /**
   * Where appends are written: in a thread of its own (default; the caller's event loop never waits for a disk), or
   * `direct`, in the calling thread (worker threads, unit tests: the thread's entry exists only in the build).
   */
  readonly writer?: 'thread' | 'direct';
  /** Log time stands still until `Log.receiving`, because no spans can be sent; default: it runs from the start. */
  readonly receiversOpenLater?: boolean;
  /** Set by `Log.forThreads`: the storage that another thread of this process owns. */
  readonly attachTo?: string;
  /** Set by `Log.forThreads`: whether the process still has the lock of the storage. */
  readonly lock?: SharedArrayBuffer;
  /** Set by `Log.forThreads`: the state of the log's clock. */
  readonly clock?: SharedArrayBuffer;
}

/** The log in Apache Kafka: shared by any number of processes. */
export interface KafkaLogSettings {
  readonly kind: 'kafka';
  readonly topics: readonly TopicSpecification[];
  /** `host:port` of some brokers, which name the others. */
  readonly brokers: readonly string[];
  /** The name of this process in the brokers' logs; default `betrace`. */
  readonly clientId?: string;
  /** Replicas of the topics that are created; default 1. */
  readonly replication?: number;
  /** TLS to the brokers; `ca` is the PEM of their authority when it is not one that Node trusts. */
  readonly tls?: { readonly ca?: string };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
  /** Compression of appends; default `none`. Reads accept any compression. */
  readonly compression?: 'none' | 'gzip' | 'zstd';
  /** Maximum bytes of a record; topics are created with it, and must allow it. Default 8 MiB. */
  readonly maxRecordBytes?: number;
  /** An append that is not acknowledged within this many ms is rejected as unavailable; default 8 s. */
  readonly appendTimeout?: number;
  /** A broker without an answer for this many ms counts as gone, and gets a new connection; default 15 s. */
  readonly requestTimeout?: number;
  /** A member of a group that is silent for this many ms loses its partitions; default 10 s. */
  readonly sessionTimeout?: number;
  /** Set by `Log.forThreads`: the topics were verified when the log was opened, and have these numbers of partitions. */
  readonly verified?: Readonly<Record<string, number>>;
}

/** The argument of `openLog`; `kind` selects the adaptor. */
export type LogSettings = EmbeddedLogSettings | KafkaLogSettings;
