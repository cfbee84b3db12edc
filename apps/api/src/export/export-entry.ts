import type { LogRecord } from '#messaging';
import { CONTROL_EVIDENCE, CONTROL_HEADER, type EvidenceRecord } from '#records';
import { type Entry, entriesOf } from '../delivery/entry.js';

/** Evidence in the violations log, with its place and the offset after its record. */
export interface EvidenceEntry {
  readonly partition: number;
  readonly position: number;
  readonly evidence: EvidenceRecord;
}

export type ExportEntry = Entry | EvidenceEntry;

/** The violations and the evidence among the records of a partition; `unreadable` is called for each other record, except control records. */
export function exportEntriesOf(partition: number, records: readonly LogRecord[], unreadable: () => void): readonly ExportEntry[] {
  return records.flatMap((record): readonly ExportEntry[] => {
    if (record.headers?.[CONTROL_HEADER] !== CONTROL_EVIDENCE) return entriesOf(partition, [record], unreadable);
    try {
      return [{ partition, position: record.offset + 1, evidence: readEvidence(record) }];
    } catch {
      unreadable();
      return [];
    }
  });
}

export function isViolation(entry: ExportEntry): entry is Entry {
  return 'violation' in entry;
}

export function idOf(entry: ExportEntry): string {
  return isViolation(entry) ? entry.violation.id : entry.evidence.id;
}

/** Throws SyntaxError or TypeError for a record of another program. */
function readEvidence({ value }: LogRecord): EvidenceRecord {
  const evidence: unknown = JSON.parse(Buffer.from(value).toString('utf8'));
  if (!isEvidence(evidence))
    throw new TypeError('evidence needs id, outcome, rule_id, controls, trace_id, wire_trace_id, timestamp_ms and log');
  return evidence;
}

function isEvidence(value: unknown): value is EvidenceRecord {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Record<string, unknown>;
  const controls: unknown = fields['controls'];
  return (
    typeof fields['id'] === 'string' &&
    fields['outcome'] === 'passed' &&
    typeof fields['rule_id'] === 'string' &&
    Array.isArray(controls) &&
    controls.every(isControl) &&
    typeof fields['trace_id'] === 'string' &&
    /^[0-9a-f]{32}$/.test(String(fields['wire_trace_id'])) &&
    Number.isSafeInteger(fields['timestamp_ms']) &&
    Number.isSafeInteger((fields['log'] as Record<string, unknown> | undefined)?.['first_offset'])
  );
}

function isControl(value: unknown): boolean {
  const { framework, control } = (value ?? {}) as Record<string, unknown>;
  return typeof framework === 'string' && typeof control === 'string';
}
