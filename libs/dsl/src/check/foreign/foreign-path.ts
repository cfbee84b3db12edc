import { suggest } from '../../text/suggest.js';
import type { Expression } from '../../text/syntax.js';
import type { Resolved } from '../../tree/resolved.js';
import { isKnownName, knownNames } from '../../vocabulary/lua-names.js';
import { FIELD_TYPES, SPAN_FIELDS, SPAN_FUNCTIONS } from '../../vocabulary/vocabulary.js';
import { type CheckScope, unknownValue } from '../scope/scope.js';

type Member = Extract<Expression, { type: 'member' }>;

const MEMBERS: ReadonlySet<string> = new Set([...SPAN_FIELDS, ...SPAN_FUNCTIONS].map(({ name }) => name));

/** A dotted path that leads to no field: `span.http.status_code`, `charge.order.id` and `order.id` mean attributes. Undefined for all other paths. */
export function refusePath(path: Member, scope: CheckScope): Resolved | undefined {
  const { object } = path;
  // Fast path: most paths are a field of a known span.
  if (object.type === 'name' && (object.name === 'trace' || scope.isSpanName(object.name))) return undefined;
  let first: Expression = object;
  while (first.type === 'member') first = first.object;
  if (first.type !== 'name' || first.name === 'attribute') return undefined;
  const names = namesOf(path);
  return attributeOfSpan(path, names, scope) ?? attributeAlone(path, names, scope);
}

/** `span.http.status_code`: the part after the span is not a field, nor a misspelled one. */
function attributeOfSpan(path: Member, names: readonly string[], scope: CheckScope): Resolved | undefined {
  const [root = ''] = names;
  const isRoot = root === 'trace' && names[1] === 'root';
  if (!isRoot && !scope.isSpanName(root)) return undefined;
  let at = isRoot ? 2 : 1;
  while (names[at] === 'parent') at++;
  const first = names[at];
  if (first === undefined || at + 1 >= names.length || MEMBERS.has(first) || Object.hasOwn(FIELD_TYPES, first)) return undefined;
  if (suggest(first, MEMBERS) !== undefined) return undefined;
  const key = names.slice(at).join('.');
  const text = `attributes["${key}"]`;
  const object = names.slice(0, at).join('.');
  // Marks the rule as one about that span.
  scope.span(root);
  const range = { start: ownerOf(path, names.length - at).range.end + 1, end: path.range.end };
  scope.findings.report('BT_DSL_UNKNOWN_FIELD', range, { object, name: key }, { suggestion: text, fix: { range, text } });
  return unknownValue(path);
}

/** `order.id`: an unknown name, with no similar known one. */
function attributeAlone(path: Member, names: readonly string[], scope: CheckScope): Resolved | undefined {
  const [root = '', second = ''] = names;
  if (scope.isLocal(root) || scope.isSpanName(root) || isKnownName(root)) return undefined;
  if (suggest(root, [...knownNames(), ...scope.spanNames]) !== undefined) return undefined;
  // The name of a span elsewhere in the rule, or a field of something that is not a span here.
  if (scope.findings.namedSpans.has(root) || MEMBERS.has(root) || (names.length === 2 && MEMBERS.has(second) && second !== 'id'))
    return undefined;
  const name = names.join('.');
  const text = `attribute.${name}`;
  scope.findings.report('BT_DSL_UNKNOWN_NAME', path.range, { name }, { suggestion: text, fix: { range: path.range, text } });
  return unknownValue(path);
}

function namesOf(path: Member): readonly string[] {
  const names: string[] = [];
  let inner: Expression = path;
  for (; inner.type === 'member'; inner = inner.object) names.push(inner.name);
  if (inner.type === 'name') names.push(inner.name);
  return names.reverse();
}

/** The expression before the last `count` names. */
function ownerOf(path: Member, count: number): Expression {
  let inner: Expression = path;
  for (let left = count; left > 0 && inner.type === 'member'; left--) inner = inner.object;
  return inner;
}
