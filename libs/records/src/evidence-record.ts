import type { RuleControl } from './rule.js';
import type { ViolationRecord } from './violation-record.js';

/**
 * A record of the violations log beside the violations, with the control header `CONTROL_EVIDENCE`: a whole trace in which a rule found nothing, until the last moment at which
 * a late span could have changed that (docs/decisions/0063). Signed as a violation is.
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
  /** Of the rule's version. */
  readonly controls: readonly RuleControl[];
}
