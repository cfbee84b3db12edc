import type { Verdict } from '#engine';
import type { ViolationRecord } from '#records';
import { type KeyRing, type Signatures, signable, signViolation } from '#signing';

/** A verdict with its REST names, in JSON, signed: only the signature is added. */
export function violationRecord(verdict: Verdict, keys: KeyRing): ViolationRecord {
  return signViolation(unsignedRecord(verdict), keys);
}

/** The same without a signature. */
export function unsignedRecord(verdict: Verdict): Omit<ViolationRecord, keyof Signatures> {
  return signable({
    id: verdict.id,
    revision: verdict.revision,
    status: verdict.status,
    ...(verdict.undecided === undefined ? {} : { undecided: { ...verdict.undecided } }),
    rule_id: verdict.ruleId,
    rule_name: verdict.ruleName,
    rule_version: verdict.ruleVersion,
    severity: verdict.severity,
    trace_id: verdict.traceId,
    span_id: verdict.spanId,
    wire_trace_id: verdict.wireTraceId,
    wire_span_id: verdict.wireSpanId,
    timestamp_ms: verdict.timestamp,
    service: verdict.service,
    message: verdict.message,
    explanation: verdict.explanation,
    close_reason: verdict.closeReason,
    complete: verdict.complete,
    ...(verdict.fragment === undefined ? {} : { fragment: verdict.fragment }),
    log: { partition: verdict.partition, first_offset: verdict.firstOffset, last_offset: verdict.lastOffset },
    metadata: verdict.metadata,
  });
}
