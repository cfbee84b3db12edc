import { suggest } from '../../text/suggest.js';
import type { Expression } from '../../text/syntax.js';
import type { LibraryCall, Resolved, SpanSource } from '../../tree/resolved.js';
import { LIBRARY, type LibraryFunctionName, libraryFunction } from '../../values/lua/library.js';
import { ANY, BOOLEAN, describeTypes, NIL, NUMBER, STRING } from '../../values/types.js';
import { SANDBOX_LIBRARIES } from '../../vocabulary/lua-names.js';
import { STRING_TEST_FUNCTIONS } from '../../vocabulary/vocabulary.js';
import { stringMethod } from '../foreign/dotted-method.js';
import type { Entity } from '../scope/entity.js';
import { type CheckScope, unknownValue } from '../scope/scope.js';
import { arityError } from './resolve-arity.js';
import { warnUnguarded } from './resolve-operator.js';
import { resolveSpanFunction, resolveSpanOrder } from './resolve-span-function.js';

type Call = Extract<Expression, { type: 'call' }>;
type MethodCall = Extract<Expression, { type: 'method-call' }>;
type ResolveIn = (expression: Expression, scope: CheckScope) => Resolved;
type EntityIn = (expression: Expression, scope: CheckScope) => Entity;

/** `trace.has(c)`, `span.has(attribute.x)`, `tonumber(x)`. */
export function resolveCall(call: Call, callee: Entity, scope: CheckScope, resolve: ResolveIn, entityOf: EntityIn): Resolved {
  if (callee.kind !== 'function') {
    // An unknown callee was reported where it was resolved.
    if (callee.kind === 'value' && callee.node.type === 'literal') return unknownValue(call);
    // `span.is_root()`: fields take no parentheses.
    const range = { start: call.callee.range.end, end: call.range.end };
    const isField = call.args.length === 0 && (callee.kind === 'span' || (callee.kind === 'value' && callee.node.type !== 'attribute'));
    const extras = isField ? { suggestion: textOf(call.callee, scope), fix: { range, text: '' } } : askedInLoop(call.callee);
    return scope.findings.refuse(call, 'BT_DSL_NOT_A_FUNCTION', call.callee.range, { name: textOf(call.callee, scope) }, extras);
  }
  const { of, name } = callee;
  if (of?.kind === 'trace') return resolveSpanFunction(call, name, undefined, scope, resolve);
  if (of?.kind === 'relatives') return resolveSpanFunction(call, name, of.over, scope, resolve);
  if (of?.kind === 'span' && name.endsWith('.before')) return resolveSpanOrder(call, of.span, name, scope, resolve, entityOf);
  if (of?.kind === 'span') return hasAttribute(call, of.span, name, scope, entityOf);
  const args = call.args.map((argument) => resolve(argument, scope));
  if (libraryFunction(callee.name) !== undefined) return libraryCall(call, callee.name as LibraryFunctionName, args, scope);
  scope.findings.needsSandbox = true;
  return unknownValue(call);
}

/** `x:lower()`. */
export function resolveMethod(
  call: MethodCall,
  object: Entity,
  objectValue: () => Resolved,
  scope: CheckScope,
  resolve: ResolveIn,
): Resolved {
  if (object.kind === 'trace' || object.kind === 'span' || object.kind === 'relatives') {
    const range = { start: call.object.range.end, end: call.nameRange.start };
    const name = `${textOf(call.object, scope)}.${call.name}`;
    const extras = { suggestion: name, fix: { range, text: '.' } };
    return scope.findings.refuse(
      call,
      'BT_DSL_ARGUMENT',
      call.nameRange,
      { name: call.name, reason: `is called with a dot: ${name}(…)` },
      extras,
    );
  }
  const subject = objectValue();
  const args = call.args.map((argument) => resolve(argument, scope));
  // A script variable may hold an object with its own methods.
  if (subject.type === 'literal' && subject.types === ANY) return unknownValue(call);
  const tests = STRING_TEST_FUNCTIONS.map(({ name }) => name);
  if (tests.includes(call.name)) return arityError(call, call.name, '1 argument', args.length, scope);
  const name = `string.${call.name}`;
  if (!(SANDBOX_LIBRARIES.string ?? new Set()).has(call.name)) {
    const suggestion = stringMethod(call.name) ?? suggest(call.name, [...tests, ...(SANDBOX_LIBRARIES.string ?? [])]);
    const fix = suggestion === undefined ? undefined : { range: call.nameRange, text: suggestion };
    return scope.findings.refuse(
      call,
      'BT_DSL_UNKNOWN_FUNCTION',
      call.nameRange,
      { object: 'a string', name: call.name },
      { suggestion, fix },
    );
  }
  if (subject.types !== 0 && (subject.types & STRING) === 0) {
    return scope.findings.refuse(call, 'BT_DSL_INDEX', call.object.range, { type: describeTypes(subject.types) });
  }
  warnUnguarded(subject, `calling ${call.name}`, scope);
  if (libraryFunction(name) !== undefined) return libraryCall(call, name as LibraryFunctionName, [subject, ...args], scope, true);
  scope.findings.needsSandbox = true;
  return unknownValue(call);
}

/** `span.events.has(…)`: a script has to loop over lists. */
function askedInLoop(callee: Expression): { readonly expected?: string } {
  const list = callee.type === 'member' && callee.object.type === 'member' ? callee.object.name : '';
  if (list !== 'events' && list !== 'links') return {};
  return { expected: `a script: for _, ${list.slice(0, -1)} in ipairs(span.${list}) do … end` };
}

function hasAttribute(call: Call, span: SpanSource, name: string, scope: CheckScope, entityOf: EntityIn): Resolved {
  const [argument] = call.args;
  if (argument === undefined || call.args.length > 1) return arityError(call, name, '1 attribute', call.args.length, scope);
  const bare = argument.type === 'parenthesized' ? argument.expression : argument;
  if (bare.type === 'string') return { type: 'has-attribute', span, key: bare.value, syntax: call, types: BOOLEAN };
  const entity = entityOf(bare, scope);
  if (entity.kind === 'map' && entity.path !== undefined && entity.table === 'attributes' && sameSpan(entity.span, span)) {
    return { type: 'has-attribute', span, key: entity.path, syntax: call, types: BOOLEAN };
  }
  if (entity.kind === 'value' && entity.node.type === 'attribute' && sameSpan(entity.node.span, span)) {
    return { type: 'has-attribute', span, key: entity.node.key, syntax: call, types: BOOLEAN };
  }
  if (entity.kind === 'map' && entity.path !== undefined && entity.table === 'attributes') {
    // trace.root.has(attribute.x): only the key matters.
    return { type: 'has-attribute', span, key: entity.path, syntax: call, types: BOOLEAN };
  }
  return scope.findings.refuse(
    call,
    'BT_DSL_ARGUMENT',
    argument.range,
    { name, reason: 'takes an attribute: attribute.x, or its key as a string' },
    { expected: 'attribute.x' },
  );
}

function sameSpan(a: SpanSource, b: SpanSource): boolean {
  if (a.type === 'bound') return b.type === 'bound' && a.depth === b.depth;
  if (a.type === 'parent') return b.type === 'parent' && sameSpan(a.of, b.of);
  return a.type === b.type;
}

function libraryCall(
  call: Call | MethodCall,
  name: LibraryFunctionName,
  args: readonly Resolved[],
  scope: CheckScope,
  isMethod = false,
): LibraryCall | Resolved {
  const { minimum, maximum, takes, returns } = LIBRARY[name];
  if (args.length < minimum || args.length > maximum) {
    const hidden = isMethod ? 1 : 0;
    const expected =
      minimum === maximum
        ? `${minimum - hidden} argument${minimum - hidden === 1 ? '' : 's'}`
        : `${minimum - hidden} to ${maximum - hidden} arguments`;
    return arityError(call, isMethod ? (call.type === 'method-call' ? call.name : name) : name, expected, args.length - hidden, scope);
  }
  for (const argument of args) {
    const given = argument.types;
    // Lua converts between numbers and numeric strings.
    const accepted = (takes & (NUMBER | STRING)) !== 0 ? takes | NUMBER | STRING : takes;
    if (given !== 0 && (given & accepted) === 0) {
      const reason = `takes a ${describeTypes(takes)}, not a ${describeTypes(given)}`;
      scope.findings.report('BT_DSL_ARGUMENT', argument.syntax.range, { name, reason });
    } else if (takes !== ANY && (takes & NIL) === 0 && !isMethod) warnUnguarded(argument, name, scope);
  }
  const [only] = args;
  const narrowed = name === 'tonumber' && only !== undefined && (only.types & ~NUMBER) === 0 ? NUMBER : returns;
  return { type: 'library-call', function: name, args, syntax: call, types: narrowed };
}

function textOf(expression: Expression, scope: CheckScope): string {
  return scope.findings.source.slice(expression.range);
}
