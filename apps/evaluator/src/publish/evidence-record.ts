import { evidenceId, type PassedTrace } from '#engine';
import type { EvidenceRecord, RuleDefinition } from '#records';
import { type KeyRing, signable, signViolation } from '#signing';

/** The fact that a trace complies with a rule. */
export interface PassedEvidence {
  readonly rule: RuleDefinition;
  readonly trace: PassedTrace;
}

/** Evidence in JSON, signed. */
export function evidenceRecord({ rule, trace }: PassedEvidence, keys: KeyRing): EvidenceRecord {
  const unsigned = signable({
    id: evidenceId(rule.id, trace.wireTraceId),
    outcome: 'passed' as const,
    rule_id: rule.id,
    rule_name: rule.name,
    rule_version: rule.version,
    controls: rule.evidence ?? [],
    trace_id: trace.traceId,
    wire_trace_id: trace.wireTraceId,
    timestamp_ms: trace.timestamp,
    complete: trace.complete,
    log: { partition: trace.partition, first_offset: trace.firstOffset, last_offset: trace.lastOffset },
  });
  return signViolation(unsigned, keys);
}
