import type { DiagnosticExtras } from '../../text/diagnostic.js';
import type { Range } from '../../text/source.js';
import type { Expression } from '../../text/syntax.js';
import { countsValues } from '../../tree/aggregate-traits.js';
import { typeOfValue } from '../../tree/facts.js';
import { formatExpression } from '../../tree/format-expression.js';
import type { BinaryNode, Literal, Resolved } from '../../tree/resolved.js';
import { durationValue } from '../../values/lua/duration.js';
import type { BinaryOperator } from '../../values/lua/lua-arithmetic.js';
import { luaArithmetic, luaBitwiseNot, luaNegate } from '../../values/lua/lua-arithmetic.js';
import { LuaError } from '../../values/lua/lua-error.js';
import { parseNumeral } from '../../values/lua/lua-number.js';
import { type ComparisonOperator, LUA_COMPARISONS, luaEquals } from '../../values/lua/lua-value.js';
import {
  ANY,
  alwaysFalsy,
  alwaysTruthy,
  BOOLEAN,
  describeTypes,
  FALSE,
  NIL,
  NUMBER,
  STRING,
  TABLE,
  TRUE,
  TRUTHY,
  type TypeSet,
} from '../../values/types.js';
import { checkFieldValue, refuseNumber } from '../foreign/field-value.js';
import type { CheckScope } from '../scope/scope.js';
import { soleEntry } from '../scope/table-entry.js';

type Unary = Extract<Expression, { type: 'unary' }>;
type Binary = Extract<Expression, { type: 'binary' }>;

export function resolveUnary(syntax: Unary, operand: Resolved, scope: CheckScope): Resolved {
  const { operator } = syntax;
  if (operator === 'not') {
    const types = alwaysTruthy(operand.types) ? FALSE : alwaysFalsy(operand.types) ? TRUE : BOOLEAN;
    return { type: 'unary', operator, operand, syntax, types };
  }
  const takes = operator === '#' ? STRING | TABLE : NUMBER | STRING;
  checkOperand(
    operand,
    takes,
    operator === '#' ? 'get length of' : operator === '~' ? 'perform bitwise operation on' : 'perform arithmetic on',
    scope,
  );
  if (operator !== '#' && operand.type === 'literal' && operand.types === NUMBER) {
    return fold(syntax, scope, () => (operator === '-' ? luaNegate(operand.value) : luaBitwiseNot(operand.value)));
  }
  return { type: 'unary', operator, operand, syntax, types: NUMBER };
}

export function resolveBinary(syntax: Binary, left: Resolved, right: Resolved, scope: CheckScope): Resolved {
  const { operator } = syntax;
  switch (operator) {
    case '==':
    case '~=':
      return equality(syntax, left, right, scope);
    case '<':
    case '<=':
    case '>=':
      return ordering(syntax, left, right, scope);
    case '>':
      return pairMeant(syntax, 'child', scope) ?? ordering(syntax, left, right, scope);
  }
  const takes = NUMBER | STRING;
  if (operator === '>>') {
    const pair = pairMeant(syntax, 'descendant', scope);
    if (pair !== undefined) return pair;
  }
  if (operator === '~' && right.type === 'literal' && right.syntax.type === 'string') return matchesMeant(syntax, left, right, scope);
  if (operator === '|' || operator === '&') {
    const joined = joinMeant(syntax, left, right, scope);
    if (joined !== undefined) return joined;
  }
  const isBitwise = operator === '&' || operator === '|' || operator === '~' || operator === '<<' || operator === '>>';
  const operation = operator === '..' ? 'concatenate' : isBitwise ? 'perform bitwise operation on' : 'perform arithmetic on';
  checkOperand(left, takes, operation, scope);
  checkOperand(right, takes, operation, scope);
  if (left.type === 'literal' && right.type === 'literal' && (left.types & takes) === left.types && (right.types & takes) === right.types) {
    return fold(syntax, scope, () => luaArithmetic(operator, left.value, right.value));
  }
  return { type: 'binary', operator, left, right, syntax, types: operator === '..' ? STRING : NUMBER };
}

/** `span.name ~ "^/api"`, close to the operators `=~` of TraceQL and PromQL. */
function matchesMeant(syntax: Binary, left: Resolved, right: Resolved, scope: CheckScope): Resolved {
  const text = `${formatExpression(left.syntax)} matches ${formatExpression(right.syntax)}`;
  const extras = { suggestion: 'matches', fix: { range: syntax.range, text } };
  return scope.findings.refuse(syntax, 'BT_DSL_FOREIGN_OPERATOR', syntax.range, { found: '~', instead: 'matches' }, extras);
}

/** `span.name == "a" | span.name == "b"`: `|` binds tighter than `==`, so that its operands are texts. */
function joinMeant(syntax: Binary, left: Resolved, right: Resolved, scope: CheckScope): Resolved | undefined {
  const isOther = ({ type, types, syntax }: Resolved): boolean =>
    types !== 0 && (types & NUMBER) === 0 && (type !== 'literal' || syntax.type === 'string' || syntax.type === 'boolean');
  if (!isOther(left) && !isOther(right)) return undefined;
  const { source } = scope.findings;
  const { end } = syntax.left.range;
  const at = end + source.slice({ start: end, end: syntax.right.range.start }).indexOf(syntax.operator);
  if (source.text[at] !== syntax.operator) return undefined;
  const range = { start: at, end: at + 1 };
  const instead = syntax.operator === '|' ? 'or' : 'and';
  const values = { found: syntax.operator, instead };
  return scope.findings.refuse(syntax, 'BT_DSL_FOREIGN_OPERATOR', range, values, { suggestion: instead, fix: { range, text: instead } });
}

/** `{a} >> {b}` and `{a} > {b}` of TraceQL: a b below an a. */
function pairMeant(syntax: Binary, relation: 'child' | 'descendant', scope: CheckScope): Resolved | undefined {
  const { left, right, operator, range } = syntax;
  if (left.type !== 'table' || right.type !== 'table') return undefined;
  const [a, b] = [left, right].map((table) => soleEntry(table, scope.findings.source));
  if (a === undefined || b === undefined) return undefined;
  const instead = `trace.${relation}`;
  const text = `${instead}(${a}, ${b})`;
  return scope.findings.refuse(
    syntax,
    'BT_DSL_FOREIGN_OPERATOR',
    range,
    { found: operator, instead },
    { suggestion: text, fix: { range, text } },
  );
}

/** Warns if an unguarded node that may be nil is used where nil fails. */
export function warnUnguarded(node: Resolved, operation: string, scope: CheckScope): void {
  // A literal is either known or a variable.
  if ((node.types & NIL) === 0 || node.type === 'literal' || scope.facts.isPresent(node.syntax) || isOfSome(node, scope)) return;
  const text = formatExpression(node.syntax);
  const isAttribute = node.type === 'attribute' || node.type === 'resource-attribute';
  const where = isAttribute ? `on a span without '${node.key}'` : `if ${text} is nil`;
  scope.findings.report('BT_DSL_UNGUARDED_NIL', node.syntax.range, { operation, where }, { suggestion: `${text} and …` });
}

/** Whether it always has a value: the first span, or an aggregate of a field of every span over at least one span. */
function isOfSome(node: Resolved, { facts }: CheckScope): boolean {
  if (node.type === 'span' && node.span.type === 'nth') return node.span.index.type === 'literal' && node.span.index.value === 1;
  if (node.type !== 'trace-aggregate' || (node.field.types & ~NUMBER) !== 0) return false;
  if (node.condition === undefined) return node.over === undefined;
  return facts.isSatisfied(node.over, node.condition.syntax);
}

function checkOperand(operand: Resolved, takes: TypeSet, operation: string, scope: CheckScope): void {
  if (operand.types === 0) return;
  const isText =
    operand.type === 'literal' && typeof operand.value === 'string' && takes === (NUMBER | STRING) && operation !== 'concatenate';
  if ((operand.types & takes) === 0 || (isText && parseNumeral(operand.value as string) === undefined)) {
    scope.findings.report('BT_DSL_ARITHMETIC', operand.syntax.range, { operation, type: describeTypes(operand.types) });
  } else warnUnguarded(operand, OPERATIONS[operation] ?? operation, scope);
}

const OPERATIONS: Readonly<Record<string, string>> = {
  'get length of': 'the length',
  concatenate: 'concatenation',
  'perform arithmetic on': 'arithmetic',
  'perform bitwise operation on': 'arithmetic',
};

function ordering(syntax: Binary, left: Resolved, right: Resolved, scope: CheckScope): Resolved {
  const { operator } = syntax;
  const common = left.types & right.types & (NUMBER | STRING);
  const node: BinaryNode = { type: 'binary', operator, left, right, syntax, types: BOOLEAN };
  if (left.types === 0 || right.types === 0) return node;
  if (left.type === 'span' && right.type === 'span') {
    const [first, second] = operator === '<' || operator === '<=' ? [left, right] : [right, left];
    const text = `${formatExpression(first.syntax)}.before(${formatExpression(second.syntax)})`;
    const values = { name: operator, reason: 'compare the order of spans by a.before(b), their times by a.end_time <= b.start_time' };
    scope.findings.report('BT_DSL_ARGUMENT', syntax.range, values, { suggestion: text, fix: { range: syntax.range, text } });
    return node;
  }
  if (common === 0) {
    reportMismatch(syntax, left, right, scope);
    return node;
  }
  if (refuseDefault(left, right, scope) || refuseDefault(right, left, scope)) return node;
  warnUnguarded(left, 'the comparison', scope);
  warnUnguarded(right, 'the comparison', scope);
  if (left.type === 'literal' && right.type === 'literal' && left.types !== ANY && right.types !== ANY)
    return fold(syntax, scope, () => compare(operator, left, right));
  return { ...node, types: boundOf(operator, left, right) };
}

/** `(attribute.amount or "0") > 1000`: the default fails. */
function refuseDefault(node: Resolved, other: Resolved, scope: CheckScope): boolean {
  if (node.type !== 'logical' || node.operator !== 'or' || node.right.type !== 'literal' || other.types === 0) return false;
  const standIn = node.right;
  const expected = other.types & (NUMBER | STRING);
  if (expected === (NUMBER | STRING) || (other.types & ~(NUMBER | STRING)) !== 0 || (standIn.types & expected) !== 0) return false;
  const text = expected === STRING ? `"${String(standIn.value)}"` : String(standIn.value).trim();
  const isCertain =
    expected === STRING ? standIn.types === NUMBER : typeof standIn.value === 'string' && parseNumeral(String(standIn.value)) !== undefined;
  const fix = isCertain ? { range: standIn.syntax.range, text } : undefined;
  const values = { left: describeTypes(standIn.types), right: describeTypes(other.types) };
  scope.findings.report('BT_DSL_COMPARISON', standIn.syntax.range, values, {
    expected: `a ${describeTypes(expected)}`,
    suggestion: fix?.text,
    fix,
  });
  return true;
}

function compare(operator: BinaryOperator, left: Literal, right: Literal): boolean {
  return LUA_COMPARISONS[operator as ComparisonOperator](left.value, right.value);
}

/** A count or a length is never negative: `trace.count(c) >= 0` is constant. */
function boundOf(operator: BinaryOperator, left: Resolved, right: Resolved): TypeSet {
  if (right.type !== 'literal' || right.types !== NUMBER || !isCount(left)) return BOOLEAN;
  const bound = right.value as number | bigint;
  if ((operator === '>=' && bound <= 0) || (operator === '>' && bound < 0)) return TRUE;
  if ((operator === '<' && bound <= 0) || (operator === '<=' && bound < 0)) return FALSE;
  return BOOLEAN;
}

export function isCount(node: Resolved): boolean {
  if (node.type === 'trace-quantifier') return node.quantifier === 'count';
  if (node.type === 'trace-aggregate') return countsValues(node.aggregate);
  if (node.type === 'library-call') return node.function === 'string.len';
  return (node.type === 'unary' && node.operator === '#') || (node.type === 'trace-field' && node.field === 'span_count');
}

function equality(syntax: Binary, left: Resolved, right: Resolved, scope: CheckScope): Resolved {
  const { operator } = syntax;
  const outcome = (equal: boolean): TypeSet => ((operator === '==') === equal ? TRUE : FALSE);
  const node: BinaryNode = { type: 'binary', operator, left, right, syntax, types: BOOLEAN };
  if (left.types === 0 || right.types === 0) return node;
  if (left.type === 'span' && right.type === 'span') {
    const text = `${formatExpression(left.syntax)}.id ${operator === '~=' ? '!=' : operator} ${formatExpression(right.syntax)}.id`;
    const values = { name: operator, reason: 'spans are compared by their ids: a.id == b.id' };
    scope.findings.report('BT_DSL_ARGUMENT', syntax.range, values, { suggestion: text, fix: { range: syntax.range, text } });
    return node;
  }
  if (left.type === 'literal' && right.type === 'literal' && left.types !== ANY && right.types !== ANY) {
    return fold(syntax, scope, () => luaEquals(left.value, right.value) === (operator === '=='));
  }
  if ((left.types & right.types) === 0) {
    // A comparison with nil tests for presence and never fails; a comparison of other types is a mistake.
    if (left.types === NIL || right.types === NIL) return { ...node, types: outcome(false) };
    // A comparison of two booleans never fails either: `x == true and x == false`.
    if (((left.types | right.types) & ~BOOLEAN) === 0) return { ...node, types: outcome(false) };
    reportMismatch(syntax, left, right, scope);
    return node;
  }
  checkFieldValue(left, right, scope);
  checkFieldValue(right, left, scope);
  return left.types === NIL && right.types === NIL ? { ...node, types: outcome(true) } : node;
}

function reportMismatch(syntax: Binary, left: Resolved, right: Resolved, scope: CheckScope): void {
  // `a == "x" | b == "y"`: drops diagnostics on the operands of the wrong operator.
  const isWithin = ({ start, end }: Range): boolean => start >= syntax.range.start && end <= syntax.range.end;
  if (scope.findings.diagnostics.some(({ code, range }) => code === 'BT_DSL_FOREIGN_OPERATOR' && isWithin(range))) return;
  if (refuseChain(syntax, left, right, scope) || refuseNumber(left, right, scope) || refuseNumber(right, left, scope)) return;
  if (isEquality(syntax) && (refuseTruth(left, right, scope) || refuseTruth(right, left, scope))) return;
  const quoted = [left, right].find((side) => side.type === 'literal' && typeof side.value === 'string') as Literal | undefined;
  const other = quoted === left ? right : left;
  if (quoted !== undefined && other.types === NUMBER && quoted.syntax.type === 'string') {
    const text = (quoted.value as string).trim();
    const fix = { range: quoted.syntax.range, text };
    if (durationValue(text) !== undefined && parseNumeral(text) === undefined) {
      return scope.findings.report(
        'BT_DSL_DURATION_IN_STRING',
        quoted.syntax.range,
        { duration: text },
        { expected: 'a duration', suggestion: text, fix },
      );
    }
    if (parseNumeral(text) !== undefined) {
      const values = { left: describeTypes(left.types), right: describeTypes(right.types) };
      return scope.findings.report('BT_DSL_COMPARISON', syntax.range, values, { expected: 'a number', suggestion: text, fix });
    }
  }
  const values = { left: describeTypes(left.types), right: describeTypes(right.types) };
  scope.findings.report('BT_DSL_COMPARISON', syntax.range, values, presentFalse(left, right, scope) ?? presentFalse(right, left, scope));
}

function isEquality({ operator }: Binary): boolean {
  return operator === '==' || operator === '~=';
}

/** `span.is_root == "true"`, `span.is_root == 1`. */
function refuseTruth(field: Resolved, { syntax }: Resolved, { findings }: CheckScope): boolean {
  if (field.type !== 'field' || field.types !== BOOLEAN) return false;
  const written = findings.source.slice(syntax.range).replaceAll(/["']/g, '').toLowerCase();
  const text = written === 'true' || written === '1' ? 'true' : written === 'false' || written === '0' ? 'false' : undefined;
  if (text === undefined) return false;
  const names = { field: formatExpression(field.syntax), value: formatExpression(syntax) };
  const extras = { expected: 'true or false', suggestion: text, fix: { range: syntax.range, text } };
  findings.report('BT_DSL_UNKNOWN_VALUE', syntax.range, names, extras);
  return true;
}

/** `x and x == false`: the guard excludes false, not only nil. */
function presentFalse(value: Resolved, other: Resolved, { findings }: CheckScope): DiagnosticExtras | undefined {
  if (value.type !== 'attribute' || other.type !== 'literal' || other.value !== false || value.types !== TRUTHY) return undefined;
  const guard = findings.source.slice(value.syntax.range);
  const meant = `${guard} != nil`;
  const { start } = value.syntax.range;
  const before = findings.source.slice({ start: 0, end: start });
  const [joined] = /\sand\s+$/.exec(before) ?? [''];
  const end = start - joined.length;
  const isGuard = joined !== '' && /(?:^|\(|\b(?:and|or|where|return|if)\s)\s*$/.test(before.slice(0, end - guard.length));
  const fix = isGuard && before.slice(0, end).endsWith(guard) ? { range: { start: end - guard.length, end }, text: meant } : undefined;
  return { suggestion: `${meant} and …`, fix };
}

/** `500 <= x <= 599`: the fix writes two comparisons. */
function refuseChain(syntax: Binary, left: Resolved, right: Resolved, scope: CheckScope): boolean {
  const { left: first, right: last, operator } = syntax;
  if (first.type !== 'binary' || !['==', '~=', '<', '<=', '>', '>='].includes(first.operator)) return false;
  const written = operator === '~=' ? '!=' : operator;
  const { source } = scope.findings;
  const text = `${source.slice(first.range)} and ${source.slice(first.right.range)} ${written} ${source.slice(last.range)}`;
  const values = { left: describeTypes(left.types), right: describeTypes(right.types) };
  // If the first comparison is itself a mistake, two comparisons are not a fix.
  const isSound = !scope.findings.diagnostics.some(
    ({ code, range }) => code === 'BT_DSL_COMPARISON' && range.start >= first.range.start && range.end <= first.range.end,
  );
  // `span.name == "retry" > 3` uses a number as a name: the count is missing its function.
  const isAlike = first.right.type !== 'string' || right.types !== NUMBER;
  const remedy = isSound && isAlike ? { suggestion: text, fix: { range: syntax.range, text } } : {};
  scope.findings.report('BT_DSL_COMPARISON', syntax.range, values, { expected: 'two comparisons', ...remedy });
  return true;
}

/** The value of an operation on constants; its error (`1 // 0`) is reported here instead of at run time. */
function fold(syntax: Expression, scope: CheckScope, evaluate: () => unknown): Resolved {
  try {
    const value = evaluate() as Literal['value'];
    return { type: 'literal', value, syntax, types: typeOfValue(value) };
  } catch (error) {
    if (!(error instanceof LuaError)) throw error;
    return scope.findings.refuse(syntax, 'BT_DSL_CONSTANT_FAILS', syntax.range, { reason: error.message });
  }
}
