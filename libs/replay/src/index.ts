export { engineRecord, type OwnSpans } from './engine-record.js';
export { INGEST_DUE, INGEST_SILENT, IngestTime } from './ingest-time.js';
export { type Misplaced, MOVED_HEADER, misplacedSpans } from './misplaced-spans.js';
export { type ReplayEvents, type ReplayedLog, type ReplayLimits, type ReplayOptions, replayPartition } from './replay-partition.js';
export { type SpansRange, spansRange } from './spans-range.js';
