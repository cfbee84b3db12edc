export { type ClosedTracesRecord, closedTracesKey } from './closed-traces-record.js';
export {
  CONTROL_ALIVE,
  CONTROL_BARRIER_PREFIX,
  CONTROL_EPOCH_PREFIX,
  CONTROL_EVIDENCE,
  CONTROL_HEADER,
  CONTROL_OPEN_PREFIX,
  CONTROL_PAUSE_PREFIX,
  CONTROL_SETTLED_PREFIX,
  CONTROL_TICK,
  EPOCH_BEFORE_HEADER,
} from './control-headers.js';
export type { EvidenceRecord } from './evidence-record.js';
export type { FullPartitionsRecord } from './full-partitions-record.js';
export {
  ON_ERROR,
  type OnError,
  type PublishedRule,
  RULE_MODES,
  RULE_TEST_VERDICTS,
  type RuleContent,
  type RuleControl,
  type RuleDefinition,
  type RuleMember,
  type RuleMode,
  type RuleTest,
  type RuleTestExpectation,
  SEVERITIES,
  type Severity,
} from './rule.js';
export { HEALTH_RULES, healthKey, type RuleHealthRecord } from './rule-health-record.js';
export type { RuleChange, RuleSetRecord } from './rule-set-record.js';
export type { RuleStatusRecord, RuleTypeFailure } from './rule-status-record.js';
export { SHADOW_SAMPLES, type ShadowSample, type ShadowSamplesRecord, shadowKey } from './shadow-samples-record.js';
export { EVALUATORS, TOPICS } from './topics.js';
export { VERDICT_STATUSES, type VerdictStatus, type ViolationRecord } from './violation-record.js';
