import type { Log } from '#messaging';

/** The part of the log that a replay needs: it only reads. */
export type ReplayedLog = Pick<Log, 'read' | 'bounds' | 'offsetAt' | 'partitions' | 'shared'>;
