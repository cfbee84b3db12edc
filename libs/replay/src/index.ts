export { engineRecord } from './engine-record.js';
export { IngestTime } from './ingest-time.js';
export { type Misplaced, MOVED_HEADER, misplacedSpans } from './misplaced-spans.js';
export { type ReplayLimits, replayPartition } from './replay-partition.js';
export type { ReplayedLog } from './replayed-log.js';
export { type SpansRange, spansRange } from './spans-range.js';
