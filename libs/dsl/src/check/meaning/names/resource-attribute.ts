import type { Expression } from '../../../text/syntax.js';
import { formatExpression } from '../../../tree/format-expression.js';
import type { Attribute, HasAttribute, IndexValue, Resolved } from '../../../tree/resolved.js';
import { someNode } from '../../../tree/walk.js';
import { NIL } from '../../../values/types.js';
import { SPAN_FIELDS } from '../../../vocabulary/vocabulary.js';
import type { Findings } from '../../scope/scope.js';
import { isOfResource, RESOURCE_WORDS } from './resource-keys.js';

/** `attribute.service.name` belongs to the resource. `attribute.status` is a field. */
export function resourceAttribute(node: Attribute | HasAttribute, root: Resolved, findings: Findings): void {
  const { type, key, syntax } = node;
  // Fast path: most keys have other first words.
  const dot = key.indexOf('.');
  const length = dot < 0 ? key.length : dot;
  if (!BEGINNINGS.has(beginningOf(key, length)) || !MAY_BE_MEANT.has(key.slice(0, length))) return;
  if (FIELDS.has(key)) return fieldName(key, syntax, findings, !NAMES_OF_OTHERS.has(key) && !isGuarded(node, root));
  const elsewhere = ELSEWHERE.get(key);
  if (elsewhere !== undefined) return fieldElsewhere(key, elsewhere, syntax, findings);
  if (dot < 0 || !FIRST_WORDS.has(key.slice(0, dot))) return;
  if (OWNERS.test(key)) return fieldName(key, syntax, findings);
  if (!isOfResource(key)) return;
  const text = `${ownerOf(syntax)}.resource[${formatExpression({ type: 'string', value: key, isText: true, range: syntax.range })}]`;
  const meant = type === 'attribute' ? text : `${text} != nil`;
  findings.report('BT_DSL_RESOURCE', syntax.range, { key }, { suggestion: meant, fix: { range: syntax.range, text: meant } });
}

/** `span.resource.attributes["k"]`: `span.resource` itself holds the attributes. */
export function listOfAttributes({ object, key, syntax }: IndexValue, findings: Findings): void {
  if ((object.type !== 'attribute' && object.type !== 'resource-attribute') || object.key !== 'attributes' || key.type !== 'literal')
    return;
  if (typeof key.value !== 'string' || object.syntax.type !== 'member') return;
  const field = `${formatExpression(object.syntax.object)}[${formatExpression({ type: 'string', value: key.value, isText: true, range: syntax.range })}]`;
  findings.report(
    'BT_DSL_FIELD_NAME',
    syntax.range,
    { key: 'attributes', field },
    { suggestion: field, fix: { range: syntax.range, text: field } },
  );
}

const FIELDS: ReadonlySet<string> = new Set(SPAN_FIELDS.map(({ name }) => name));

/** Both spans and orders have an id: the intended one is unknown. */
const NAMES_OF_OTHERS: ReadonlySet<string> = new Set(['id']);

/** `attribute.duration and attribute.duration > 30`: the guard shows that an attribute is meant, because fields need none. */
function isGuarded(node: Attribute | HasAttribute, root: Resolved): boolean {
  const isSame = (other: Resolved): boolean =>
    (other.type === 'attribute' || other.type === 'has-attribute') && other.key === node.key && other !== node;
  return someNode(root, (part) => {
    if (part.type === 'logical') return isSame(part.left) || isSame(part.right);
    if (part.type === 'binary') return part.right.types === NIL && part.right.type === 'literal' && isSame(part.left);
    return part.type === 'has-attribute' && isSame(part);
  });
}

/** `attribute.parent.name`. */
const OWNERS = /^(?:(?:parent|children|descendants|ancestors|attributes?|span\.attributes?|resource)\.|scope\.(?:name|version)$)/;

/** `attribute.status`: the field is `span.status`. */
function fieldName(key: string, syntax: Expression, findings: Findings, isCertain = true): void {
  // The when form already reported this attribute.
  if (findings.diagnostics.some(({ code, range }) => code === 'BT_DSL_WHEN_FIELD' && range.start === syntax.range.start)) return;
  const field = `${ownerOf(syntax)}.${withoutOwner(key)}`;
  const fix = syntax.type === 'call' || !isCertain ? undefined : { range: syntax.range, text: field };
  findings.report('BT_DSL_FIELD_NAME', syntax.range, { key, field }, { suggestion: field, fix });
}

/** `attribute["attribute.x"]`, `attribute["resource.x"]`: moves the owner out of the key. */
function withoutOwner(key: string): string {
  const [owner = ''] = /^(?:(?:span\.)?attributes?|resource)(?=\.)/.exec(key) ?? [];
  if (owner === '') return key;
  return `${owner === 'resource' ? owner : 'attributes'}[${JSON.stringify(key.slice(owner.length + 1))}]`;
}

/** Attributes by which OpenTracing and exporters to other formats represent fields, with a value of the field. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['error', 'status == "error"'],
  ['otel.status_code', 'status == "error"'],
  ['otel.status_description', 'status_message'],
  ['otel.scope.name', 'scope.name'],
  ['otel.scope.version', 'scope.version'],
  ['otel.library.name', 'scope.name'],
  ['otel.library.version', 'scope.version'],
  ['span.kind', 'kind'],
  ['span.name', 'name'],
  ['span.status', 'status'],
  ['span.duration', 'duration'],
  ['span.service', 'service'],
]);

/** `attribute.error == true`: the status of a span says whether it failed. */
function fieldElsewhere(key: string, meant: string, syntax: Expression, findings: Findings): void {
  const suggestion = `${ownerOf(syntax)}.${meant}`;
  findings.report('BT_DSL_FIELD_NAME', syntax.range, { key, field: suggestion.split(' ', 1)[0] as string }, { suggestion });
}

const FIRST_WORDS: ReadonlySet<string> = new Set([
  ...RESOURCE_WORDS,
  ...['parent', 'children', 'descendants', 'ancestors', 'attribute', 'attributes', 'span', 'resource', 'scope'],
]);

const MAY_BE_MEANT: ReadonlySet<string> = new Set(
  [...FIELDS, ...ELSEWHERE.keys(), ...FIRST_WORDS].map((key) => key.split('.', 1)[0] as string),
);

const MAX_LENGTH = 64;

/** Fast path without a new string: the first character and the length distinguish nearly all words. */
const BEGINNINGS: ReadonlySet<number> = new Set([...MAY_BE_MEANT].map((word) => beginningOf(word, word.length)));

function beginningOf(key: string, length: number): number {
  return key.charCodeAt(0) * MAX_LENGTH + Math.min(length, MAX_LENGTH - 1);
}

/** The span's name: `charge` for `charge.attributes["x"]` and `charge.has(…)`, `span` for `attribute.x`. */
function ownerOf(syntax: Expression): string {
  if (syntax.type === 'call') return syntax.callee.type === 'member' ? formatExpression(syntax.callee.object) : 'span';
  let inner: Expression = syntax;
  while (inner.type === 'member' || inner.type === 'index' || inner.type === 'parenthesized') {
    if (inner.type === 'member' && inner.name === 'attributes' && !isAttribute(inner.object)) return formatExpression(inner.object);
    inner = inner.type === 'parenthesized' ? inner.expression : inner.object;
  }
  return 'span';
}

function isAttribute(object: Expression): boolean {
  return object.type === 'name' && object.name === 'attribute';
}
