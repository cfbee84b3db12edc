import type { Expression } from '../../text/syntax.js';
import { typeOfValue } from '../../tree/facts.js';
import type { Resolved } from '../../tree/resolved.js';
import { cachedPattern, type Pattern, PatternError } from '../../values/pattern.js';
import {
  alwaysFalsy,
  alwaysTruthy,
  BOOLEAN,
  describeTypes,
  FALSY,
  NIL,
  NUMBER,
  STRING,
  TABLE,
  TRUTHY,
  type TypeSet,
} from '../../values/types.js';
import { isDottedMethod, refuseDottedMethod } from '../foreign/dotted-method.js';
import { refuseForeignCall } from '../foreign/foreign-call.js';
import { refusePath } from '../foreign/foreign-path.js';
import { globTest } from '../foreign/foreign-pattern.js';
import { refuseNot, refuseNotChain } from '../foreign/refuse-not.js';
import { bareWord, hyphenatedKey, unquotedKey } from '../foreign/unquoted.js';
import type { Entity } from '../scope/entity.js';
import { type CheckScope, unknownValue } from '../scope/scope.js';
import { resolveCall, resolveMethod } from './resolve-call.js';
import { resolveBinary, resolveUnary, warnUnguarded } from './resolve-operator.js';
import { asValue, resolveIndex, resolveMember, resolveName } from './resolve-path.js';

/** Syntax → resolved tree. Reports all diagnostics on the way; never throws. */
export function resolve(expression: Expression, scope: CheckScope): Resolved {
  switch (expression.type) {
    case 'nil':
      return { type: 'literal', value: undefined, syntax: expression, types: NIL };
    case 'boolean':
    case 'number':
      return { type: 'literal', value: expression.value, syntax: expression, types: typeOfValue(expression.value) };
    case 'duration':
      return { type: 'literal', value: expression.nanoseconds, syntax: expression, types: NUMBER };
    case 'string':
      if (!expression.isText) return scope.findings.refuse(expression, 'BT_DSL_NOT_TEXT', expression.range);
      return { type: 'literal', value: expression.value, syntax: expression, types: STRING };
    case 'parenthesized':
      return resolve(expression.expression, scope);
    case 'member':
      return refusePath(expression, scope) ?? asValue(entityOf(expression, scope), expression, scope);
    case 'name':
    case 'index':
      return asValue(entityOf(expression, scope), expression, scope);
    case 'call':
      if (isDottedMethod(expression)) return refuseDottedMethod(expression, scope);
      return refuseForeignCall(expression, scope) ?? resolveCall(expression, entityOf(expression.callee, scope), scope, resolve, entityOf);
    case 'method-call': {
      const object = entityOf(expression.object, scope);
      return resolveMethod(expression, object, () => asValue(object, expression.object, scope), scope, resolve);
    }
    case 'string-test':
      return resolveStringTest(expression, scope);
    case 'unary':
      return resolveUnaryNode(expression, scope);
    case 'binary':
      return resolveComparison(expression, scope);
    case 'logical':
      return resolveLogical(expression, scope);
    case 'named-condition':
      return scope.findings.refuse(expression, 'BT_DSL_NOT_AN_ARGUMENT', expression.range, { name: expression.name.name });
    case 'table':
    case 'function':
    case 'varargs':
      scope.findings.needsSandbox = true;
      return { ...unknownValue(expression), types: expression.type === 'table' ? TABLE : unknownValue(expression).types };
  }
}

/** The meaning of an expression, before its use as a value. */
function entityOf(expression: Expression, scope: CheckScope): Entity {
  switch (expression.type) {
    case 'name':
      return resolveName(expression, scope);
    case 'member':
      return resolveMember(expression, entityOf(expression.object, scope), expression.name, expression.nameRange, scope);
    case 'index': {
      const object = entityOf(expression.object, scope);
      const { key } = expression;
      if (key.type === 'string' && key.isText) return resolveMember(expression, object, key.value, key.range, scope);
      const unquoted = object.kind === 'map' ? unquotedKey(key, scope) : undefined;
      if (unquoted !== undefined) return { kind: 'value', node: unquoted };
      return resolveIndex(expression, object, resolve(key, scope), scope);
    }
    case 'parenthesized':
      return entityOf(expression.expression, scope);
    default:
      return { kind: 'value', node: resolve(expression, scope) };
  }
}

function resolveUnaryNode(expression: Extract<Expression, { type: 'unary' }>, scope: CheckScope): Resolved {
  if (expression.operator === '#') {
    const entity = entityOf(expression.operand, scope);
    if (entity.kind === 'spans') return { type: 'trace-field', field: 'span_count', syntax: expression, types: NUMBER };
    if (entity.kind === 'relatives') return refuseCountless(expression, expression.operand, entity.name, scope);
    return resolveUnary(expression, asValue(entity, expression.operand, scope), scope);
  }
  return resolveUnary(expression, resolve(expression.operand, scope), scope);
}

/** `#span.children`: relatives have no length. */
function refuseCountless(expression: Expression, operand: Expression, name: string, scope: CheckScope): Resolved {
  const text = `${scope.findings.source.slice(operand.range)}.count(true)`;
  const extras = { suggestion: text, fix: { range: expression.range, text } };
  return scope.findings.refuse(expression, 'BT_DSL_ARGUMENT', operand.range, { name, reason: 'is counted by its function' }, extras);
}

/** Resolves a chain of one operator in order: each operand in the scope where those before it are true (or false). */
function resolveLogical(expression: Extract<Expression, { type: 'logical' }>, scope: CheckScope): Resolved {
  const { operator } = expression;
  const chain = [expression];
  for (let { left } = expression; left.type === 'logical' && left.operator === operator; { left } = left) chain.push(left);
  let left = resolve((chain.at(-1) as typeof expression).left, scope);
  let inner = scope.given(left, operator === 'and');
  for (const syntax of chain.reverse()) {
    const right = resolve(syntax.right, inner);
    left = { type: 'logical', operator, left, right, syntax, types: logicalTypes(operator, left.types, right.types) };
    inner = inner.given(right, operator === 'and');
  }
  return left;
}

function logicalTypes(operator: 'and' | 'or', left: TypeSet, right: TypeSet): TypeSet {
  if (operator === 'and') return alwaysFalsy(left) ? left : (left & FALSY) | right;
  return alwaysTruthy(left) ? left : (left & TRUTHY) | right;
}

function resolveComparison(expression: Extract<Expression, { type: 'binary' }>, scope: CheckScope): Resolved {
  const compared = refuseNotChain(expression, scope.findings);
  if (compared !== undefined) return refusedNot(expression, compared, scope);
  if (refuseNot(expression, scope.findings)) return refusedNot(expression, [expression.left, expression.right], scope);
  const key = hyphenatedKey(expression, scope);
  if (key !== undefined) return key;
  const { operator } = expression;
  const left = bareWord(expression.left, expression.right, operator, scope) ?? resolve(expression.left, scope);
  const right = bareWord(expression.right, expression.left, operator, scope) ?? resolve(expression.right, scope);
  return resolveBinary(expression, left, right, scope);
}

/** Checks the operands of a refused `not`. */
function refusedNot(expression: Expression, operands: readonly Expression[], scope: CheckScope): Resolved {
  for (const operand of operands) resolve(operand, scope);
  return { ...unknownValue(expression), types: BOOLEAN };
}

function resolveStringTest(expression: Extract<Expression, { type: 'string-test' }>, scope: CheckScope): Resolved {
  const { test } = expression;
  if (refuseNot(expression, scope.findings)) return refusedNot(expression, [expression.subject, expression.pattern], scope);
  const subject = resolve(expression.subject, scope);
  const pattern = resolve(expression.pattern, scope);
  if (subject.types !== 0 && (subject.types & STRING) === 0) {
    const isList = subject.type === 'span-table' && (subject.table === 'events' || subject.table === 'links');
    const expected = isList
      ? `a script: for _, ${subject.table.slice(0, -1)} in ipairs(${scope.findings.source.slice(subject.syntax.range)}) do … end`
      : undefined;
    scope.findings.report('BT_DSL_STRING_TEST', subject.syntax.range, { test, type: describeTypes(subject.types) }, { expected });
  }
  if (pattern.types !== 0 && (pattern.types & (STRING | NUMBER)) === 0) {
    scope.findings.report(
      'BT_DSL_STRING_TEST',
      pattern.syntax.range,
      { test, type: describeTypes(pattern.types) },
      { expected: 'a string' },
    );
  }
  warnUnguarded(subject, test, scope);
  warnUnguarded(pattern, test, scope);
  const compiled =
    test === 'matches' && pattern.type === 'literal' && typeof pattern.value === 'string'
      ? compileLiteral(pattern.value, pattern, expression, scope)
      : undefined;
  return {
    type: 'string-test',
    test,
    subject,
    pattern,
    syntax: expression,
    types: BOOLEAN,
    ...(compiled === undefined ? {} : { compiled }),
  };
}

function compileLiteral(
  text: string,
  pattern: Resolved,
  test: Extract<Expression, { type: 'string-test' }>,
  scope: CheckScope,
): Pattern | undefined {
  try {
    return cachedPattern(text);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    // For example `matches "*/checkout"`.
    const glob = text.startsWith('*') ? globTest(text, '==') : undefined;
    const meant = glob === undefined ? undefined : `${scope.findings.source.slice(test.subject.range)} ${glob}`;
    const fix = meant === undefined ? undefined : { range: test.range, text: meant };
    scope.findings.report(
      'BT_DSL_PATTERN',
      pattern.syntax.range,
      { reason: error.message },
      { expected: 'RE2 syntax', suggestion: meant, fix },
    );
    return undefined;
  }
}
