export { type Control, controlOf } from './control-record.js';
export { countedLog, countSpans } from './count-spans.js';
export { DEAD_LETTER_HEADERS, type DeadLetter, DeadLetters } from './dead-letters.js';
export { inspectTopics, type TopicInspection } from './kafka/admin.js';
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
export { MessagingModule, type MessagingModuleOptions } from './messaging.module.js';
export { openLog } from './open-log.js';
export { partitionOf, partitionOfKey } from './partition-of.js';
export { type PositionMetadata, readPositionMetadata, writePositionMetadata } from './position-metadata.js';
export { isRefusedRecord, LOG_PROBLEMS, LogError, type LogProblem, type LogProblemCode, LogUnavailable, logProblem } from './problems.js';
export { readAll } from './read-all.js';
export { type RetryOptions, retry } from './retry.js';
export { RuleHistory } from './rule-history.js';
export type { EmbeddedLogSettings, KafkaLogSettings, LogSettings } from './settings.js';
export {
  type ClosedTracesRecord,
  CONTROL_ALIVE,
  CONTROL_BARRIER_PREFIX,
  CONTROL_EPOCH_PREFIX,
  CONTROL_HEADER,
  CONTROL_OPEN_PREFIX,
  CONTROL_PAUSE_PREFIX,
  CONTROL_SETTLED_PREFIX,
  CONTROL_TICK,
  closedTracesKey,
  EPOCH_BEFORE_HEADER,
  EVALUATORS,
  type FullPartitionsRecord,
  HEALTH_RULES,
  healthKey,
  type PublishedRule,
  type RuleHealthRecord,
  type RuleSetRecord,
  type RuleStatusRecord,
  type RuleTypeFailure,
  SHADOW_SAMPLES,
  type ShadowSample,
  type ShadowSamplesRecord,
  shadowKey,
  TOPICS,
  type TopicSpecification,
  topicSpecifications,
  type ViolationRecord,
} from './topics.js';
