import { CliError } from '../../problems.js';
import { duplicateMember } from './duplicate-member.js';

/** What the exporter names the signed record, and its parts where it is too long for one attribute. */
const RECORD = 'betrace.violation.record';

type Attributes = readonly { readonly key?: unknown; readonly value?: { readonly stringValue?: unknown; readonly intValue?: unknown } }[];

/**
 * The signed records of exported violation spans, wherever they lie in a JSON value: OTLP/JSON, or what Tempo answers for a trace
 * (`resourceSpans`, `batches`, `trace`). Undefined when the value is no trace. Throws BT_CLI_NOT_VIOLATIONS when a part is missing or cut.
 */
export function exportedRecords(value: unknown, where: string): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null || 'id' in value || Array.isArray(value)) return undefined;
  if (!('resourceSpans' in value || 'batches' in value || 'trace' in value || 'spans' in value || 'attributes' in value)) return undefined;
  const records: unknown[] = [];
  visit(value, (attributes) => {
    const text = recordText(attributes, where);
    if (text === undefined) return;
    try {
      records.push(JSON.parse(text));
    } catch {
      throw new CliError('BT_CLI_NOT_VIOLATIONS', { where, what: `an attribute ${RECORD} was truncated by its store` });
    }
    const twice = duplicateMember(text);
    if (twice !== undefined) {
      throw new CliError('BT_CLI_NOT_VIOLATIONS', { where, what: `an attribute ${RECORD} has the member ${JSON.stringify(twice)} twice` });
    }
  });
  if (records.length > 0) return records;
  throw new CliError('BT_CLI_NOT_VIOLATIONS', { where, what: `no span in it has ${RECORD}, which BETRACE_EMIT_EVIDENCE=false leaves out` });
}

function visit(value: unknown, found: (attributes: Attributes) => void): void {
  const open = [value];
  for (let at = open.shift(); at !== undefined; at = open.shift()) {
    for (const [name, member] of Object.entries(at as object)) {
      if (name === 'attributes' && Array.isArray(member)) found(member as Attributes);
      else if (typeof member === 'object' && member !== null) open.push(member);
    }
  }
}

function recordText(attributes: Attributes, where: string): string | undefined {
  const values = new Map(attributes.map(({ key, value }) => [key, value?.stringValue ?? value?.intValue]));
  const whole = values.get(RECORD);
  if (whole !== undefined) return String(whole);
  const parts = Number(values.get(`${RECORD}.parts`) ?? 0);
  if (parts === 0) return undefined;
  return Array.from({ length: parts }, (_, index) => {
    const part = values.get(`${RECORD}.${index + 1}`);
    if (part === undefined) throw new CliError('BT_CLI_NOT_VIOLATIONS', { where, what: `attribute ${RECORD}.${index + 1} is missing` });
    return String(part);
  }).join('');
}
