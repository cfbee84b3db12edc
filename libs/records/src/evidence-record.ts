import type { RuleControl } from './rule.js';
import type { ViolationRecord } from './violation-record.js';

/**
 * A record of the violations log with the control header `CONTROL_EVIDENCE`: a complete trace without a verdict of the rule, judged after the last moment at
 * which a late span could change that (docs/decisions/0063). Signed like a violation.
 */
export interface EvidenceRecord
  extends Pick<
    ViolationRecord,
    | 'id'
    | 'rule_id'
    | 'rule_name'
    | 'rule_version'
    | 'trace_id'
    | 'wire_trace_id'
    | 'timestamp_ms'
    | 'complete'
    | 'log'
    | 'key_id'
    | 'signature'
    | 'public_signature'
  > {
  readonly outcome: 'passed';
  /** The controls of the rule's version. */
  readonly controls: readonly RuleControl[];
}
