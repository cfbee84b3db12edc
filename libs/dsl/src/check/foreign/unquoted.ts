import type { Expression } from '../../text/syntax.js';
import { formatExpression } from '../../tree/format-expression.js';
import type { Resolved } from '../../tree/resolved.js';
import { isKnownName } from '../../vocabulary/lua-names.js';
import type { FieldName } from '../../vocabulary/vocabulary.js';
import { fieldValues, SPAN_FIELDS } from '../../vocabulary/vocabulary.js';
import { type CheckScope, unknownValue } from '../scope/scope.js';

const FIELDS = new Map(SPAN_FIELDS.map((field) => [field.name, field]));

/** `span.status == error`, `span.name == charge`: a bare word is compared with a text field. Undefined if the word has a meaning here. */
export function bareWord(word: Expression, other: Expression, operator: string, scope: CheckScope): Resolved | undefined {
  if ((operator !== '==' && operator !== '~=') || !isPath(word)) return undefined;
  if (word.type === 'name' && isAttribute(other)) return bareText(word.name, word, scope);
  if (other.type !== 'member') return undefined;
  const field = FIELDS.get(other.name);
  if (field?.type !== 'string' || other.object.type !== 'name' || scope.span(other.object.name) === undefined) return undefined;
  return valueOfField(word, field.name as FieldName, scope);
}

function valueOfField(word: Expression, field: FieldName, scope: CheckScope): Resolved | undefined {
  const text = formatExpression(word);
  const values = fieldValues(field);
  const isValue = values?.includes(text) === true;
  // For example `SpanKind.SERVER` and `STATUS_CODE_ERROR`.
  const constant = isKnown(rootOf(word), scope)
    ? undefined
    : values?.find((value) => text.toLowerCase().replaceAll('.', '_').endsWith(`_${value}`));
  if (constant !== undefined) return refuseWord(word, text, `"${constant}"`, scope);
  if (!isValue && endsInField(word)) return undefined;
  if (isKnown(rootOf(word), scope) && !isValue) return undefined;
  return refuseWord(word, text, `"${text}"`, scope);
}

/** `attribute.region == eu`. */
function bareText(name: string, word: Expression, scope: CheckScope): Resolved | undefined {
  if (isKnown(name, scope) || scope.findings.namedSpans.has(name) || FIELDS.has(name)) return undefined;
  return refuseWord(word, name, `"${name}"`, scope);
}

function isAttribute(expression: Expression): boolean {
  let inner = expression;
  if (inner.type === 'index') inner = inner.object;
  while (inner.type === 'member' && inner.name !== 'attributes') inner = inner.object;
  return inner.type === 'member' || (inner.type === 'name' && inner.name === 'attribute' && inner !== expression);
}

/** `span.attributes[http.method]`. */
export function unquotedKey(key: Expression, scope: CheckScope): Resolved | undefined {
  if (!isPath(key) || isKnown(rootOf(key), scope)) return undefined;
  const text = formatExpression(key);
  return refuseWord(key, text, `"${text}"`, scope);
}

/** `trace.has(fraud.check)`: a bare span name. */
export function bareSpanName(condition: Expression, scope: CheckScope): Resolved | undefined {
  if (!isPath(condition)) return undefined;
  const root = rootOf(condition);
  if (isKnown(root, scope) || FIELDS.has(root) || endsInField(condition)) return undefined;
  const text = formatExpression(condition);
  return refuseWord(condition, text, `span.name == "${text}"`, scope);
}

/** `attribute.http.request.header.x-api-key`: Lua reads a subtraction. */
export function hyphenatedKey(node: Extract<Expression, { type: 'binary' }>, scope: CheckScope): Resolved | undefined {
  if (node.operator !== '-') return undefined;
  const written = scope.findings.source.slice(node.range);
  const key = /^(?:attribute|span\.attributes)\.([A-Za-z_][\w.]*(?:-[A-Za-z_][\w.]*)+)$/.exec(written)?.[1];
  if (key === undefined) return undefined;
  const words = key.split('-').slice(1);
  if (words.every((word) => isKnown(word.split('.', 1)[0] ?? '', scope))) return undefined;
  const text = `attribute["${key}"]`;
  const extras = { suggestion: text, fix: { range: node.range, text } };
  const word = words.find((candidate) => !isKnown(candidate.split('.', 1)[0] ?? '', scope)) ?? key;
  return scope.findings.refuse(node, 'BT_DSL_UNKNOWN_NAME', node.range, { name: word }, extras);
}

function refuseWord(word: Expression, name: string, meant: string, scope: CheckScope): Resolved {
  scope.findings.report('BT_DSL_UNKNOWN_NAME', word.range, { name }, { suggestion: meant, fix: { range: word.range, text: meant } });
  return unknownValue(word);
}

function isPath(expression: Expression): boolean {
  let inner = expression;
  while (inner.type === 'member') inner = inner.object;
  return inner.type === 'name';
}

/** `b.id`: more likely a span that is not named here than a text. */
function endsInField(path: Expression): boolean {
  return path.type === 'member' && FIELDS.has(path.name);
}

function rootOf(path: Expression): string {
  let inner = path;
  while (inner.type === 'member') inner = inner.object;
  return inner.type === 'name' ? inner.name : '';
}

function isKnown(name: string, scope: CheckScope): boolean {
  return scope.isSpanName(name) || scope.isLocal(name) || isKnownName(name);
}
