export { GivenUp, isGivenUp } from './given-up.js';
export { inspectTopics } from './kafka/topics/prepare-topics.js';
export { LatestLatencies } from './latest-latencies.js';
export {
  Log,
  type LogRecord,
  type OutgoingRecord,
  type PartitionListener,
  type Position,
  type RecordBatch,
  type SubscribeOptions,
  type Subscription,
} from './log.js';
export { type LogReport, logReport } from './log-report.js';
export { logSettings, sharedLogSettings } from './log-settings.js';
export { MessagingModule } from './messaging.module.js';
export { openLog } from './open-log.js';
export { isRefusedForNow, isRefusedRecord, LogError, LogUnavailable, logProblem } from './problems.js';
export { readAll } from './read-all.js';
export { type Control, controlOf } from './records/control-record.js';
export { countedLog } from './records/count-spans.js';
export { type DeadLetter, DeadLetters } from './records/dead-letters.js';
export { partitionOf, partitionOfKey } from './records/partition-of.js';
export { readPositionMetadata, writePositionMetadata } from './records/position-metadata.js';
export { RuleHistory } from './records/rule-history.js';
export { topicSpecifications } from './records/topic-specification.js';
export type { EmbeddedLogSettings, KafkaLogSettings, LogSettings } from './settings.js';
export { traceAppends } from './traced-appends.js';
