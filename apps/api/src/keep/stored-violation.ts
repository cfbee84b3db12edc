import type { ViolationRecord } from '#records';
import type { StoredViolation } from '#store';
import { fingerprintOf } from './fingerprint.js';

/** The row for the API's filters, with the signed record, which is `record` unchanged. */
export function storedViolation(violation: ViolationRecord, record: string): StoredViolation {
  return {
    id: violation.id,
    revision: violation.revision,
    status: violation.status,
    ruleId: violation.rule_id,
    ruleName: violation.rule_name,
    ...ruleVersionOf(violation),
    severity: violation.severity,
    traceId: violation.trace_id,
    wireTraceId: violation.wire_trace_id,
    spanId: violation.span_id,
    service: violation.service,
    timestampMs: violation.timestamp_ms,
    firstOffset: violation.log.first_offset,
    record,
    text: searched(violation),
    fingerprint: fingerprintOf(violation),
  };
}

/** The maximum of a column of the store. */
const MAX_INTEGER = 2 ** 31 - 1;

/** A record of another program may lack it. */
function ruleVersionOf({ rule_version: version }: ViolationRecord): Pick<StoredViolation, 'ruleVersion'> {
  return Number.isSafeInteger(version) && version > 0 && version <= MAX_INTEGER ? { ruleVersion: version } : {};
}

/** The message and the metadata values, which records of other programs may lack. */
function searched({ message, metadata }: ViolationRecord): string {
  const values = Object.values((metadata as ViolationRecord['metadata'] | undefined) ?? {});
  return [message as string | undefined, ...values].filter((value) => ['string', 'number', 'boolean'].includes(typeof value)).join('\n');
}
