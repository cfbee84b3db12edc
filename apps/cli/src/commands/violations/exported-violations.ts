import { duplicateMember } from '#base';
import { CliError } from '../../problems.js';

/** The attributes with the signed record of a violation or of evidence; a long record is split into parts. */
const RECORDS = ['betrace.violation.record', 'betrace.evidence.record'] as const;
type Name = (typeof RECORDS)[number];

type Attributes = readonly { readonly key?: unknown; readonly value?: { readonly stringValue?: unknown; readonly intValue?: unknown } }[];

/**
 * The signed records of exported violation and evidence spans anywhere in a JSON value: OTLP/JSON, or Tempo's answer for a trace (`resourceSpans`, `batches`,
 * `trace`). Undefined when the value is not a trace. Throws BT_CLI_NOT_VIOLATIONS when a part is missing or truncated.
 */
export function exportedRecords(value: unknown, where: string): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null || 'id' in value || Array.isArray(value)) return undefined;
  if (!('resourceSpans' in value || 'batches' in value || 'trace' in value || 'spans' in value || 'attributes' in value)) return undefined;
  const records: unknown[] = [];
  visit(value, (attributes) => {
    for (const name of RECORDS) {
      const text = recordText(attributes, name, where);
      if (text !== undefined) records.push(recordOf(text, name, where));
    }
  });
  if (records.length > 0) return records;
  throw new CliError('BT_CLI_NOT_VIOLATIONS', {
    where,
    what: `no span in it has ${RECORDS.join(' or ')}, which BETRACE_EMIT_EVIDENCE=false leaves out`,
  });
}

function recordOf(text: string, name: Name, where: string): unknown {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    throw new CliError('BT_CLI_NOT_VIOLATIONS', { where, what: `an attribute ${name} was truncated by its store` });
  }
  const twice = duplicateMember(text);
  if (twice === undefined) return record;
  throw new CliError('BT_CLI_NOT_VIOLATIONS', { where, what: `an attribute ${name} has the member ${JSON.stringify(twice.name)} twice` });
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

function recordText(attributes: Attributes, name: Name, where: string): string | undefined {
  const values = new Map(attributes.map(({ key, value }) => [key, value?.stringValue ?? value?.intValue]));
  const whole = values.get(name);
  if (whole !== undefined) return String(whole);
  const parts = Number(values.get(`${name}.parts`) ?? 0);
  if (parts === 0) return undefined;
  return Array.from({ length: parts }, (_, index) => {
    const part = values.get(`${name}.${index + 1}`);
    if (part === undefined) throw new CliError('BT_CLI_NOT_VIOLATIONS', { where, what: `attribute ${name}.${index + 1} is missing` });
    return String(part);
  }).join('');
}
