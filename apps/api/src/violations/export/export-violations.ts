import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Store, StoredViolation, ViolationRows } from '#store';
import { signedRecord, violationDetail } from '../violation.dto.js';
import { csvLine } from './csv.js';

/** Violations that are read and buffered at once. */
const PAGE = 200;

/** Reads a page of the violations that a filter selects. */
export type ReadViolations = (page: Parameters<Store['violationsFrom']>[1]) => Promise<ViolationRows>;

/** A format of the export: the text before the violations, and the form of each. */
export interface ExportFormat {
  readonly contentType: string;
  readonly head: string;
  readonly line: (violation: StoredViolation) => string;
}

const COLUMNS = [
  'id',
  'rule_id',
  'rule_name',
  'severity',
  'status',
  'service',
  'trace_id',
  'span_id',
  'timestamp',
  'time',
  'message',
  'revision',
  'rule_version',
  'fragment',
  'metadata',
] as const;

export const EXPORT_FORMATS = {
  csv: { contentType: 'text/csv; charset=utf-8; header=present', head: csvLine(COLUMNS), line: csvOf },
  ndjson: { contentType: 'application/x-ndjson', head: '', line: ndjsonOf },
} as const satisfies Readonly<Record<string, ExportFormat>>;

/**
 * All violations of `read`, newest first, as parts of the export. The first page is read before the answer starts, so that its errors have an answer of their
 * own. Each further page is read when the client has taken the previous one, so that memory holds at most two pages.
 */
export async function exportViolations(
  read: ReadViolations,
  format: ExportFormat,
  limit = Number.POSITIVE_INFINITY,
): Promise<AsyncGenerator<string>> {
  const first = await read({ limit: Math.min(PAGE, limit) });
  return parts(read, format, limit, first);
}

async function* parts(read: ReadViolations, format: ExportFormat, limit: number, first: ViolationRows): AsyncGenerator<string> {
  if (format.head !== '') yield format.head;
  let left = limit;
  for (let page = first; ; ) {
    left -= page.violations.length;
    if (page.violations.length > 0) yield page.violations.map(format.line).join('');
    if (page.next === undefined || left <= 0) return;
    // SQLite's calls are synchronous: without this pause no other work would run.
    await nextTurn();
    page = await read({ limit: Math.min(PAGE, left), after: page.next });
  }
}

function ndjsonOf(violation: StoredViolation): string {
  return `${JSON.stringify(violationDetail(violation))}\n`;
}

function csvOf(violation: StoredViolation): string {
  const record = signedRecord(violation);
  return csvLine([
    record.id,
    record.rule_id,
    record.rule_name,
    record.severity,
    record.status,
    record.service,
    record.trace_id,
    record.span_id,
    Math.floor(record.timestamp_ms / 1_000),
    isoTime(record.timestamp_ms),
    record.message,
    record.revision,
    record.rule_version,
    record.fragment,
    JSON.stringify(record.metadata),
  ]);
}

/** Empty for years that RFC 3339 lacks. */
function isoTime(milliseconds: number): string {
  return milliseconds >= 0 && milliseconds < 253_402_300_800_000 ? new Date(milliseconds).toISOString() : '';
}
