import type { Range } from '../../text/source.js';
import type { Expression } from '../../text/syntax.js';
import { AGGREGATE_TRAITS, countsValues } from '../../tree/aggregate-traits.js';
import type { Relatives, Resolved, SpanSource } from '../../tree/resolved.js';
import { RELATIONS, type SpanRelation } from '../../tree/span-relation.js';
import { durationValue } from '../../values/lua/duration.js';
import { BOOLEAN, describeTypes, NIL, NUMBER } from '../../values/types.js';
import type { AggregateName } from '../../vocabulary/trace-vocabulary.js';
import { isAggregate, isQuantifier, isRelation } from '../../vocabulary/trace-vocabulary.js';
import { TRACE_FUNCTIONS } from '../../vocabulary/vocabulary.js';
import { bareSpanName } from '../foreign/unquoted.js';
import type { Entity } from '../scope/entity.js';
import { type CheckScope, unknownValue } from '../scope/scope.js';
import { nameTaken } from './named-span.js';
import { arityError, wantedArguments } from './resolve-arity.js';
import { warnUnguarded } from './resolve-operator.js';

type Call = Extract<Expression, { type: 'call' }>;
type ResolveIn = (expression: Expression, scope: CheckScope) => Resolved;
type EntityIn = (expression: Expression, scope: CheckScope) => Entity;

const ENTRIES = new Map(TRACE_FUNCTIONS.map((entry) => [entry.name, entry]));
/** The number of required arguments per function. */
const REQUIRED: ReadonlyMap<string, number> = new Map(
  TRACE_FUNCTIONS.map(({ name, parameters }) => [name, parameters.filter(({ optional }) => optional !== true).length]),
);

/** `trace.has(c)`, `span.children.sum(field, c)`, `trace.follows(a, b, 1s)`. `name` is the function's name in messages. */
export function resolveSpanFunction(
  call: Call,
  name: string,
  over: Relatives | undefined,
  scope: CheckScope,
  resolve: ResolveIn,
): Resolved {
  const { callee } = call;
  const key = callee.type === 'member' ? callee.name : name.slice(name.lastIndexOf('.') + 1);
  const entry = ENTRIES.get(key);
  const { args } = call;
  if (args.length < (REQUIRED.get(key) ?? 0) || args.length > (entry?.parameters.length ?? 0)) {
    const fix = args.length === 0 && isQuantifier(key) ? fixedCount(call, key, over) : undefined;
    return arityError(call, name, wantedArguments(entry?.parameters ?? []), args.length, scope, fix);
  }
  if (args.some(({ type }) => type === 'function')) {
    scope.findings.needsSandbox = true;
    return { ...unknownValue(call), types: entry?.returns === 'number' ? NUMBER | NIL : BOOLEAN };
  }
  const [first, second] = args as [Expression, Expression | undefined];
  const kindred = over === undefined ? {} : { over };
  if (isQuantifier(key)) {
    const { condition, inner } = resolveTest(first, scope, resolve);
    const types = key === 'count' ? NUMBER : BOOLEAN;
    return { type: 'trace-quantifier', quantifier: key, depth: inner.depth, condition, syntax: call, types, ...kindred };
  }
  if (isRelation(key)) return resolvePair(call, key, name, scope, resolve);
  // The catalogue contains no other functions.
  if (!isAggregate(key)) return unknownValue(call);
  return resolveAggregate(call, key, name, first, second, kindred, scope, resolve);
}

/** `span.children.count()`: the fix adds `true`, which every span satisfies. */
function fixedCount(
  { callee, range }: Call,
  key: string,
  over: Relatives | undefined,
): { readonly range: Range; readonly text: string } | undefined {
  if (over === undefined) return key === 'count' ? { range, text: 'trace.span_count' } : undefined;
  return key === 'all' ? undefined : { range: { start: callee.range.end, end: range.end }, text: '(true)' };
}

/** `a.before(b)`. */
export function resolveSpanOrder(
  call: Call,
  first: SpanSource,
  name: string,
  scope: CheckScope,
  resolve: ResolveIn,
  entityOf: EntityIn,
): Resolved {
  const [argument, clocks] = call.args;
  if (argument === undefined || call.args.length > 2)
    return arityError(call, name, 'a span and perhaps a tolerance', call.args.length, scope);
  const entity = entityOf(argument, scope);
  scope.findings.usesTrace = true;
  if (entity.kind !== 'span') {
    const extras = { expected: 'a span' };
    const reason = 'takes a span: one that a condition names, span.parent or trace.root';
    return scope.findings.refuse(call, 'BT_DSL_ARGUMENT', argument.range, { name, reason }, extras);
  }
  const tolerance = clocks === undefined ? undefined : resolveDuration(clocks, name, scope, resolve);
  return { type: 'span-order', first, second: entity.span, syntax: call, types: BOOLEAN, ...(tolerance && { tolerance }) };
}

function resolvePair(call: Call, relation: SpanRelation, name: string, scope: CheckScope, resolve: ResolveIn): Resolved {
  const [a, b, ...durations] = call.args as [Expression, Expression, ...Expression[]];
  const first = resolveTest(a, scope, resolve);
  // The second condition is evaluated with a span that satisfies the first.
  const second = resolveTest(b, first.inner.given(first.condition, true), resolve);
  const [third, fourth] = durations.map((duration) => resolveDuration(duration, name, scope, resolve));
  const isTimed = RELATIONS[relation].asks === 'every';
  const [within, tolerance] = isTimed ? [third, fourth] : [undefined, third];
  return {
    type: 'trace-pair',
    relation,
    depth: first.inner.depth,
    first: first.condition,
    second: second.condition,
    syntax: call,
    types: BOOLEAN,
    ...(within && { within }),
    ...(tolerance && { tolerance }),
  };
}

function resolveAggregate(
  call: Call,
  aggregate: AggregateName,
  name: string,
  value: Expression,
  test: Expression | undefined,
  kindred: { readonly over?: Relatives },
  scope: CheckScope,
  resolve: ResolveIn,
): Resolved {
  if (value.type === 'named-condition') {
    const reason = 'takes the field first; its second argument is the condition, which can name the span';
    return scope.findings.refuse(call, 'BT_DSL_ARGUMENT', value.range, { name, reason });
  }
  // Resolve the condition first: its name and its facts apply to the field.
  const tested = test === undefined ? undefined : resolveTest(test, scope, resolve);
  const inner = tested === undefined ? scope.bound() : tested.inner.given(tested.condition, true);
  const field = resolve(value, inner);
  if (!countsValues(aggregate) && field.types !== 0 && (field.types & NUMBER) === 0) {
    const reason = `takes a numeric field first and then a condition, not a ${describeTypes(field.types)}`;
    const fix = fixedField(value, test, field, scope);
    return scope.findings.refuse(
      call,
      'BT_DSL_ARGUMENT',
      value.range,
      { name, reason },
      { expected: 'a number', suggestion: fix?.text, fix },
    );
  }
  return {
    type: 'trace-aggregate',
    aggregate,
    depth: inner.depth,
    field,
    syntax: call,
    types: AGGREGATE_TRAITS[aggregate].ofNone === 'zero' ? NUMBER : NUMBER | NIL,
    ...kindred,
    ...(tested && { condition: tested.condition }),
  };
}

/** `trace.sum("amount")`, `trace.sum(span.name == "x", attribute.amount)`. */
function fixedField(
  value: Expression,
  test: Expression | undefined,
  field: Resolved,
  { findings }: CheckScope,
): { readonly range: Range; readonly text: string } | undefined {
  if (value.type === 'string') return { range: value.range, text: `attribute[${findings.source.slice(value.range)}]` };
  if (test === undefined || test.type === 'named-condition' || (field.types & ~BOOLEAN) !== 0) return undefined;
  const [first, second] = [value, test].map(({ range }) => findings.source.slice(range));
  return { range: { start: value.range.start, end: test.range.end }, text: `${second}, ${first}` };
}

/** A condition in its own scope, in which `span` and its given name mean the tested span. */
function resolveTest(
  argument: Expression,
  scope: CheckScope,
  resolve: ResolveIn,
): { readonly condition: Resolved; readonly inner: CheckScope } {
  if (argument.type !== 'named-condition') {
    const inner = scope.bound();
    return { condition: bareSpanName(argument, inner) ?? resolve(argument, inner), inner };
  }
  const { name, condition } = argument;
  const inner = scope.bound(nameTaken(name, scope) ? undefined : name.name);
  return { condition: resolve(condition, inner), inner };
}

function resolveDuration(argument: Expression, name: string, scope: CheckScope, resolve: ResolveIn): Resolved {
  const duration = resolve(argument, scope);
  if (argument.type === 'string' && durationValue(argument.value.trim()) !== undefined) {
    const text = argument.value.trim();
    const extras = { expected: 'a duration', suggestion: text, fix: { range: argument.range, text } };
    return scope.findings.refuse(argument, 'BT_DSL_DURATION_IN_STRING', argument.range, { duration: text }, extras);
  }
  if (duration.types !== 0 && (duration.types & NUMBER) === 0) {
    const reason = `takes a duration here, not a ${describeTypes(duration.types)}`;
    return scope.findings.refuse(argument, 'BT_DSL_ARGUMENT', argument.range, { name, reason }, { expected: 'a duration' });
  }
  warnUnguarded(duration, name, scope);
  return duration;
}
