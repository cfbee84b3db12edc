import type { Range } from '../../text/source.js';
import { suggest } from '../../text/suggest.js';
import type { Expression, Name } from '../../text/syntax.js';
import type { Literal, Resolved, SpanSource } from '../../tree/resolved.js';
import { ANY, NIL, NUMBER, STRING, TABLE, TRUE } from '../../values/types.js';
import { knownNames, LIBRARY_CONSTANTS, SANDBOX_GLOBALS, SANDBOX_LIBRARIES, UNAVAILABLE } from '../../vocabulary/lua-names.js';
import type { FieldName } from '../../vocabulary/vocabulary.js';
import {
  FIELD_TYPES,
  RELATIVES_FUNCTIONS,
  SCOPE_FIELDS,
  SPAN_FIELDS,
  SPAN_FUNCTIONS,
  TRACE_FIELDS,
  TRACE_FUNCTIONS,
} from '../../vocabulary/vocabulary.js';
import { durationWithUnit } from '../foreign/duration-with-unit.js';
import { foreignMember, refusePartOfField, wordOf } from '../foreign/foreign-member.js';
import type { Entity } from '../scope/entity.js';
import type { CheckScope } from '../scope/scope.js';
import { unknownValue } from '../scope/scope.js';
import { warnUnguarded } from './resolve-operator.js';

const TRACE: Entity = { kind: 'trace' };
const FUNCTIONS_OF_TRACE: ReadonlyMap<string, Entity> = new Map(
  TRACE_FUNCTIONS.map(({ name }) => [name, { kind: 'function', name: `trace.${name}`, of: TRACE }]),
);

type MemberExpression = Extract<Expression, { type: 'member' | 'index' }>;

/** The meaning of a name. */
export function resolveName(expression: Extract<Expression, { type: 'name' }>, scope: CheckScope): Entity {
  const { name, range } = expression;
  if (scope.isLocal(name)) return { kind: 'value', node: valueOfLocal(expression, scope) };
  if (name === 'trace') {
    scope.findings.usesTrace = true;
    return TRACE;
  }
  if (name === 'attribute') {
    const span = scope.span('span');
    if (span !== undefined) return { kind: 'map', span, table: 'attributes' };
  }
  const span = scope.span(name);
  if (span !== undefined) return { kind: 'span', span, name };
  if (Object.hasOwn(SANDBOX_LIBRARIES, name)) return { kind: 'library', name };
  if (SANDBOX_GLOBALS.has(name)) return { kind: 'function', name };
  if (UNAVAILABLE.has(name)) return refused(expression, scope, 'BT_DSL_UNAVAILABLE', range, { name });
  const bareField = SPAN_FIELDS.some((field) => field.name === name) ? `span.${name}` : undefined;
  const bareFunction = TRACE_FUNCTIONS.some((candidate) => candidate.name === name) ? `trace.${name}` : undefined;
  if (scope.findings.namedSpans.has(name)) {
    const expected = `a span that is named here: '${name}' is known only within the function that names it`;
    scope.findings.report('BT_DSL_UNKNOWN_NAME', range, { name }, { expected });
    return { kind: 'value', node: unknownValue(expression) };
  }
  const suggestion =
    bareField ?? bareFunction ?? wordOf(FOREIGN_WORDS, name.toLowerCase()) ?? suggest(name, [...knownNames(), ...scope.spanNames]);
  return refused(expression, scope, 'BT_DSL_UNKNOWN_NAME', range, { name }, suggestion);
}

/** A variable that is never assigned again has its initial value. */
function valueOfLocal(name: Name, scope: CheckScope): Literal {
  const constant = scope.constantOf(name.name);
  if (constant === undefined) return unknownValue(name);
  const { value, expression } = constant;
  return { type: 'literal', value, syntax: name, types: typeof value === 'string' ? STRING : NUMBER, declared: expression };
}

/** `object.name` and `object["name"]`. */
export function resolveMember(expression: MemberExpression, object: Entity, key: string, keyRange: Range, scope: CheckScope): Entity {
  switch (object.kind) {
    case 'span':
      return guardedMember(expression, object, key, keyRange, scope);
    case 'trace':
      return traceMember(expression, key, keyRange, scope);
    case 'map':
      if (object.path !== undefined && expression.type === 'index')
        return indexed(expression, asValue(object, expression.object, scope), literal(key, expression));
      if (expression.type === 'index') return { kind: 'value', node: attributeNode(expression, object.span, object.table, key, scope) };
      return { kind: 'map', span: object.span, table: object.table, path: object.path === undefined ? key : `${object.path}.${key}` };
    case 'scope':
      if (key === 'name' || key === 'version') return { kind: 'value', node: fieldNode(expression, object.span, `scope_${key}`) };
      return unknownField(expression, 'span.scope', key, keyRange, SCOPE_FIELDS, scope);
    case 'library': {
      const name = `${object.name}.${key}`;
      const members = SANDBOX_LIBRARIES[object.name] ?? new Set();
      if (!members.has(key)) {
        return refused(expression, scope, 'BT_DSL_UNKNOWN_FUNCTION', keyRange, { object: object.name, name: key }, suggest(key, members));
      }
      if (!LIBRARY_CONSTANTS.has(name)) return { kind: 'function', name, of: object };
      scope.findings.needsSandbox = true;
      return { kind: 'value', node: { ...unknownValue(expression), types: NUMBER } };
    }
    case 'spans':
      return refused(expression, scope, 'BT_DSL_UNKNOWN_FIELD', keyRange, { object: 'trace.spans', name: key });
    case 'relatives':
      if (RELATIVES_FUNCTIONS.some(({ name }) => name === key)) return { kind: 'function', name: `${object.name}.${key}`, of: object };
      return unknownField(expression, object.name, key, keyRange, RELATIVES_FUNCTIONS, scope);
    case 'function':
      return refused(expression, scope, 'BT_DSL_INDEX', keyRange, { type: 'function' });
    case 'value':
      // An unresolved object was reported already.
      if (object.node.type === 'literal' && object.node.types === ANY) return { kind: 'value', node: unknownValue(expression) };
      return indexed(expression, checkIndexable(object.node, expression, scope), literal(key, expression));
  }
}

/** `object[key]` with a key that is not a constant string. */
export function resolveIndex(expression: MemberExpression, object: Entity, key: Resolved, scope: CheckScope): Entity {
  if (object.kind === 'spans') return { kind: 'span', span: { type: 'nth', index: key }, name: 'trace.spans[…]' };
  if (object.kind === 'value' || object.kind === 'map') {
    return indexed(expression, checkIndexable(asValue(object, expression.object, scope), expression, scope), key);
  }
  return refused(expression, scope, 'BT_DSL_ARGUMENT', expression.range, {
    name: 'index',
    reason: 'its fields are fixed: name one by a text',
  });
}

/** The value of an entity that is used as one. */
export function asValue(entity: Entity, syntax: Expression, scope: CheckScope): Resolved {
  switch (entity.kind) {
    case 'value':
      return entity.node;
    case 'span':
      return {
        type: 'span',
        span: entity.span,
        syntax,
        types: entity.span.type === 'subject' || entity.span.type === 'bound' ? TRUE : TRUE | NIL,
      };
    case 'map':
      if (entity.path !== undefined) return attributeNode(syntax, entity.span, entity.table, entity.path, scope);
      return { type: 'span-table', span: entity.span, table: entity.table, syntax, types: TABLE };
    case 'scope':
      return { type: 'span-table', span: entity.span, table: 'scope', syntax, types: TABLE };
    case 'function':
      return scope.findings.refuse(syntax, 'BT_DSL_NOT_CALLED', syntax.range, { name: entity.name, example: exampleOf(entity) });
    case 'spans':
      scope.findings.needsSandbox = true;
      return { ...unknownValue(syntax), types: TABLE };
    case 'relatives': {
      const extras = { suggestion: `${entity.name}.has(…)` };
      const reason = `needs a function: ${entity.name}.has(condition), ${entity.name}.count(condition), …`;
      return scope.findings.refuse(syntax, 'BT_DSL_ARGUMENT', syntax.range, { name: entity.name, reason }, extras);
    }
    default:
      return scope.findings.refuse(syntax, 'BT_DSL_ARGUMENT', syntax.range, {
        name: entity.kind,
        reason: 'is not a value by itself: name a field of it',
      });
  }
}

/** A member of a span that may be missing. */
function guardedMember(
  expression: MemberExpression,
  object: Extract<Entity, { kind: 'span' }>,
  key: string,
  keyRange: Range,
  scope: CheckScope,
): Entity {
  const member = spanMember(expression, object.span, object.name, key, keyRange, scope);
  const isUnknown = member.kind === 'value' && member.node.type === 'literal';
  // Only these spans may be missing.
  const mayBeNil = object.span.type !== 'subject' && object.span.type !== 'bound';
  if (mayBeNil && !isUnknown) warnUnguarded(asValue(object, expression.object, scope), `reading ${key}`, scope);
  return member;
}

/** `scope_name` is the internal name of `span.scope.name`. */
const MEMBERS_WITH_VALUES: ReadonlySet<string> = new Set(Object.keys(FIELD_TYPES).filter((name) => !name.startsWith('scope_')));

function spanMember(
  expression: MemberExpression,
  span: SpanSource,
  object: string,
  key: string,
  keyRange: Range,
  scope: CheckScope,
): Entity {
  if (MEMBERS_WITH_VALUES.has(key)) return { kind: 'value', node: fieldNode(expression, span, key as FieldName) };
  switch (key) {
    case 'attributes':
    case 'resource':
      return { kind: 'map', span, table: key };
    case 'scope':
      return { kind: 'scope', span };
    case 'events':
    case 'links':
      return { kind: 'value', node: { type: 'span-table', span, table: key, syntax: expression, types: TABLE } };
    case 'has':
    case 'before':
      return { kind: 'function', name: `${object}.${key}`, of: { kind: 'span', span, name: object } };
    case 'parent':
      scope.findings.usesTrace = true;
      return { kind: 'span', span: { type: 'parent', of: span }, name: `${object}.parent` };
    case 'children':
    case 'descendants':
    case 'ancestors':
      scope.findings.usesTrace = true;
      return { kind: 'relatives', over: { axis: key, of: span }, name: `${object}.${key}` };
    default:
      return unknownField(expression, object, key, keyRange, [...SPAN_FIELDS, ...SPAN_FUNCTIONS], scope);
  }
}

function traceMember(expression: Expression, key: string, keyRange: Range, scope: CheckScope): Entity {
  switch (key) {
    case 'id':
      return { kind: 'value', node: { type: 'trace-field', field: key, syntax: expression, types: STRING } };
    case 'duration':
    case 'span_count':
      return { kind: 'value', node: { type: 'trace-field', field: key, syntax: expression, types: NUMBER } };
    case 'depth':
      return { kind: 'value', node: { type: 'trace-depth', syntax: expression, types: NUMBER } };
    case 'services':
      return { kind: 'value', node: { type: 'trace-services', syntax: expression, types: TABLE } };
    case 'root':
      return { kind: 'span', span: { type: 'root' }, name: 'trace.root' };
    case 'spans':
      return { kind: 'spans' };
    default:
      return FUNCTIONS_OF_TRACE.get(key) ?? unknownField(expression, 'trace', key, keyRange, [...TRACE_FIELDS, ...TRACE_FUNCTIONS], scope);
  }
}

function fieldNode(syntax: Expression, span: SpanSource, field: FieldName): Resolved {
  return { type: 'field', span, field, syntax, types: FIELD_TYPES[field] };
}

function attributeNode(syntax: Expression, span: SpanSource, table: 'attributes' | 'resource', key: string, scope: CheckScope): Resolved {
  const type = table === 'attributes' ? 'attribute' : 'resource-attribute';
  return { type, span, key, syntax, types: scope.facts.typesOf(span, type, key) };
}

function literal(value: string, syntax: Expression): Resolved {
  return { type: 'literal', value, syntax, types: STRING };
}

function indexed(syntax: Expression, object: Resolved, key: Resolved): Entity {
  return { kind: 'value', node: { type: 'index', object, key, syntax, types: ANY } };
}

function checkIndexable(object: Resolved, expression: MemberExpression, scope: CheckScope): Resolved {
  if ((object.types & TABLE) !== 0) {
    warnUnguarded(object, 'indexing', scope);
    return object;
  }
  if (refusePartOfField(object, expression, scope)) return unknownValue(expression);
  const type = object.types === STRING ? 'string' : object.types === NUMBER ? 'number' : object.types === NIL ? 'nil' : 'boolean';
  scope.findings.report('BT_DSL_INDEX', expression.range, { type });
  return unknownValue(expression);
}

function unknownField(
  expression: Expression,
  object: string,
  name: string,
  range: Range,
  members: readonly { readonly name: string }[],
  scope: CheckScope,
): Entity {
  const attribute = object === 'span' ? 'an attribute is span.attributes["…"]' : undefined;
  const names = members.map((entry) => entry.name);
  const withUnit = durationWithUnit(name, range, names, scope.findings.source.text);
  if (withUnit !== undefined) {
    scope.findings.report('BT_DSL_UNKNOWN_FIELD', range, { object, name }, withUnit);
    return { kind: 'value', node: unknownValue(expression) };
  }
  const suggestion = foreignMember(object, name, names) ?? suggest(name, names);
  scope.findings.report(
    'BT_DSL_UNKNOWN_FIELD',
    range,
    { object, name },
    {
      expected: suggestion === undefined && attribute !== undefined ? `${names.join(', ')}; ${attribute}` : names.join(', '),
      suggestion,
      fix: suggestion === undefined || expression.type !== 'member' ? undefined : { range, text: suggestion },
    },
  );
  return { kind: 'value', node: unknownValue(expression) };
}

/** Names of nil, true and false in other languages, and further foreign words. */
const FOREIGN_WORDS: Readonly<Record<string, string>> = {
  null: 'nil',
  none: 'nil',
  nil: 'nil',
  undefined: 'nil',
  true: 'true',
  false: 'false',
  exists: 'span.has',
};

function refused(
  expression: Expression,
  scope: CheckScope,
  code: Parameters<CheckScope['findings']['report']>[0],
  range: Range,
  values: Readonly<Record<string, string>>,
  suggestion?: string,
): Entity {
  const fix = suggestion === undefined ? undefined : { range, text: suggestion };
  scope.findings.report(code, range, values, { suggestion, fix });
  return { kind: 'value', node: unknownValue(expression) };
}

function exampleOf(entity: Extract<Entity, { kind: 'function' }>): string {
  const members = [
    ...TRACE_FUNCTIONS.map((f) => ({ ...f, name: `trace.${f.name}` })),
    ...SPAN_FUNCTIONS.map((f) => ({ ...f, name: `span.${f.name}` })),
  ];
  return members.find(({ name }) => name === entity.name)?.example ?? `${entity.name}(…)`;
}
