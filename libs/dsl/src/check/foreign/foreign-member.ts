import type { Expression } from '../../text/syntax.js';
import type { Resolved } from '../../tree/resolved.js';
import type { FieldName } from '../../vocabulary/vocabulary.js';
import { fieldValues, SPAN_FIELDS } from '../../vocabulary/vocabulary.js';
import type { CheckScope } from '../scope/scope.js';

/** The fields and functions, by their names in other tools. */
const ALIASES: Readonly<Record<string, string>> = {
  servicename: 'service',
  statuscode: 'status',
  statusmessage: 'status_message',
  spanid: 'id',
  spankind: 'kind',
  parentspanid: 'parent_id',
  start: 'start_time',
  end: 'end_time',
  attrs: 'attributes',
  attribute: 'attributes',
  length: 'span_count',
  size: 'span_count',
  any: 'has',
  some: 'has',
  exists: 'has',
  contains: 'has',
  every: 'all',
  countdistinct: 'distinct',
  distinctcount: 'distinct',
  unique: 'distinct',
  countby: 'max_count',
  minimum: 'min',
  maximum: 'max',
  total: 'sum',
  mean: 'avg',
  average: 'avg',
};

/** Looks up own properties only: `constructor` and other inherited names are not entries. */
export function wordOf(words: Readonly<Record<string, string>>, word: string): string | undefined {
  return Object.hasOwn(words, word) ? words[word] : undefined;
}

/** Suggests a member for an unknown one: `trace.name` means the root's name, `span.children.length` their count. */
export function foreignMember(object: string, name: string, members: readonly string[]): string | undefined {
  if (object === 'trace' && SPAN_FIELDS.some((field) => field.name === name)) return `root.${name}`;
  const isCount = members.includes('count') && !members.includes('name') && ['length', 'size', 'len', 'n'].includes(name);
  if (isCount) return 'count(true)';
  const alias = wordOf(ALIASES, name.replaceAll('_', '').toLowerCase());
  return alias !== undefined && members.includes(alias) ? alias : undefined;
}

/** `span.status.code`, `span.kind.value`: the field is the value. */
export function refusePartOfField(
  object: Resolved,
  expression: Extract<Expression, { type: 'member' | 'index' }>,
  scope: CheckScope,
): boolean {
  if (object.type !== 'field' || expression.type !== 'member' || fieldValues(object.field as FieldName) === undefined) return false;
  const isMessage = object.field === 'status' && ['message', 'description'].includes(expression.name);
  if (!isMessage && !['code', 'name', 'value', 'status_code'].includes(expression.name)) return false;
  const range = { start: expression.object.range.end, end: expression.range.end };
  const text = isMessage ? '_message' : '';
  const field = scope.findings.source.slice(expression.object.range);
  const extras = { suggestion: `${field}${text}`, fix: { range, text } };
  scope.findings.report('BT_DSL_UNKNOWN_FIELD', expression.nameRange, { object: field, name: expression.name }, extras);
  return true;
}
