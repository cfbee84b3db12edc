import type { LogRecord } from '#messaging';
import { VERDICT_STATUSES, type ViolationRecord } from '#records';
import { textOf } from './text-of.js';

/** Decodes a record of the violations log. Throws SyntaxError or TypeError for a record of another program. */
export function readViolation(record: LogRecord, text = textOf(record)): ViolationRecord {
  const violation: unknown = JSON.parse(text);
  if (!isViolation(violation)) throw new TypeError('a violation needs id, revision, status, rule_id, trace_id, timestamp_ms and log');
  return violation;
}

const STATUSES: ReadonlySet<unknown> = new Set(VERDICT_STATUSES);

function isViolation(value: unknown): value is ViolationRecord {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Record<string, unknown>;
  return (
    typeof fields['id'] === 'string' &&
    Number.isSafeInteger(fields['revision']) &&
    STATUSES.has(fields['status']) &&
    typeof fields['rule_id'] === 'string' &&
    typeof fields['trace_id'] === 'string' &&
    typeof fields['wire_trace_id'] === 'string' &&
    Number.isSafeInteger(fields['timestamp_ms']) &&
    Number.isSafeInteger((fields['log'] as Record<string, unknown> | undefined)?.['first_offset'])
  );
}
