import { COMPARISON, infixOperator, prefixOperator, STRING_TESTS, UNARY_POWER } from '../../text/operators.js';
import type { Expression, NamedCondition, TableConstructor } from '../../text/syntax.js';
import { quoteNear, type Token } from '../../text/token.js';
import type { TokenCursor } from '../../text/token-cursor.js';
import { durationMeant } from '../../values/lua/duration.js';
import type { BinaryOperator } from '../../values/lua/lua-arithmetic.js';
import type { StringTestName } from '../../values/lua/string-tests.js';
import { refuseFieldWhere, refuseForeignArgument } from './foreign-argument.js';
import { refuseComprehension, refuseListComprehension } from './foreign-comprehension.js';
import { refuseConditional, refuseMissingSubject } from './foreign-condition.js';
import { refuseCountOfAll, refusePercent } from './foreign-number.js';
import { refuseForeignOperator } from './foreign-syntax.js';

/** The tokens that end most expressions. */
const ENDS: ReadonlySet<string> = new Set([')', ',', ']', '}', 'then', 'do', 'end', ';']);

/** From `or` down to the atoms, in the order of precedence. */
export function parseExpression(cursor: TokenCursor): Expression {
  cursor.enter();
  const expression = parseOperators(cursor, 0);
  refuseConditional(cursor, expression, parseExpression);
  cursor.leave();
  return expression;
}

export function parseExpressions(cursor: TokenCursor): Expression[] {
  const list = [parseExpression(cursor)];
  while (cursor.accept(',')) list.push(parseExpression(cursor));
  return list;
}

const parseCompared = (cursor: TokenCursor): Expression => parseOperators(cursor, COMPARISON);

/** Operands and operators that bind tighter than `limit` (precedence climbing). */
function parseOperators(cursor: TokenCursor, limit: number): Expression {
  let left = parseUnary(cursor);
  for (;;) {
    const token = cursor.current;
    const infix = infixOperator(token);
    if (infix === undefined && limit < COMPARISON && token.kind !== 'end' && !ENDS.has(token.text))
      refuseForeignOperator(cursor, left, parseCompared);
    if (infix === undefined || infix.left <= limit) return left;
    if (token.text === '%') refusePercent(cursor, left);
    cursor.take();
    if (infix.kind === 'logical') refuseMissingSubject(cursor, left, infix.operator, parseCompared);
    cursor.enter();
    const right = parseOperators(cursor, infix.right);
    cursor.leave();
    const range = { start: left.range.start, end: right.range.end };
    if (infix.kind === 'logical') {
      left = cursor.built({ type: 'logical', operator: infix.operator as 'and' | 'or', left, right, range }, left, right);
    } else if (infix.kind === 'binary') {
      left = cursor.built({ type: 'binary', operator: infix.operator as BinaryOperator, left, right, range }, left, right);
    } else {
      const test = infix.operator as StringTestName;
      left = cursor.built({ type: 'string-test', test, spelling: 'infix', subject: left, pattern: right, range }, left, right);
    }
  }
}

function parseUnary(cursor: TokenCursor): Expression {
  const operator = prefixOperator(cursor.current);
  if (operator === undefined) return parseSimple(cursor);
  const start = cursor.take().range.start;
  cursor.enter();
  const operand = parseOperators(cursor, UNARY_POWER);
  cursor.leave();
  return cursor.built({ type: 'unary', operator, operand, range: { start, end: operand.range.end } }, operand);
}

/** Literals, functions, tables; everything else begins with a name or a parenthesis. */
function parseSimple(cursor: TokenCursor): Expression {
  const token = cursor.current;
  switch (token.kind) {
    case 'number':
      refuseSpacedUnit(cursor, token);
      cursor.take();
      return { type: 'number', value: token.value, range: token.range };
    case 'duration':
      cursor.take();
      return { type: 'duration', nanoseconds: token.nanoseconds, text: token.text, range: token.range };
    case 'string':
      cursor.take();
      return stringLiteral(token);
    case 'keyword':
      if (token.text === 'nil') return { type: 'nil', range: cursor.take().range };
      if (token.text === 'true' || token.text === 'false')
        return { type: 'boolean', value: token.text === 'true', range: cursor.take().range };
      if (token.text === 'function') return cursor.functionBody(cursor.take());
      break;
    case 'symbol':
      if (token.text === '{') return parseTable(cursor);
      if (token.text === '...') return { type: 'varargs', range: cursor.take().range };
  }
  return parseSuffixed(cursor);
}

/** `500 ms`: a duration is one word. */
function refuseSpacedUnit(cursor: TokenCursor, { text, range }: Token): void {
  const { next, afterNext } = cursor;
  if (next.kind !== 'name' || afterNext.text === '=' || afterNext.text === ',' || next.range.start - range.end > 2) return;
  const duration = durationMeant(text + next.text);
  if (duration === undefined) return;
  const whole = { start: range.start, end: next.range.end };
  const near = quoteNear(cursor.source.slice(whole));
  cursor.fail(
    'BT_DSL_MALFORMED_NUMBER',
    whole,
    { near },
    { expected: 'a duration in one word', suggestion: duration, fix: { range: whole, text: duration } },
  );
}

function stringLiteral(token: Extract<Token, { kind: 'string' }>): Expression {
  return { type: 'string', value: token.value, isText: token.isText, range: token.range };
}

/** A name or `( … )` with what follows it: `.name`, `[key]`, `:method(…)`, `(…)`. */
export function parseSuffixed(cursor: TokenCursor): Expression {
  let expression = parsePrimary(cursor);
  for (;;) {
    const suffixed = parseSuffix(cursor, expression);
    if (suffixed === undefined) return expression;
    expression = suffixed;
  }
}

function parsePrimary(cursor: TokenCursor): Expression {
  const token = cursor.current;
  if (token.kind === 'name') {
    cursor.take();
    return { type: 'name', name: token.text, range: token.range };
  }
  if (cursor.is('(')) {
    cursor.take();
    const expression = parseExpression(cursor);
    const end = cursor.expectClosing(')', token).range.end;
    return cursor.built({ type: 'parenthesized', expression, range: { start: token.range.start, end } }, expression);
  }
  refuseListComprehension(cursor, undefined, parseExpression);
  return cursor.fail(
    'BT_DSL_SYNTAX',
    token.range,
    {},
    { expected: "a value: span, trace, attribute, a string, a number, a duration or '('" },
  );
}

function parseSuffix(cursor: TokenCursor, object: Expression): Expression | undefined {
  const token = cursor.current;
  const start = object.range.start;
  if (token.kind === 'string') return parseCall(cursor, object);
  if (token.kind !== 'symbol') return undefined;
  switch (token.text) {
    case '.': {
      cursor.take();
      const name = expectMemberName(cursor);
      return cursor.built(
        { type: 'member', object, name: name.text, nameRange: name.range, range: { start, end: name.range.end } },
        object,
      );
    }
    case '[': {
      cursor.take();
      const key = parseExpression(cursor);
      const end = cursor.expectClosing(']', token).range.end;
      return cursor.built({ type: 'index', object, key, range: { start, end } }, object, key);
    }
    case ':':
      return parseMethodCall(cursor, object);
    case '(':
    case '{':
      return parseCall(cursor, object);
    default:
      return undefined;
  }
}

/** Attribute keys may be words that are keywords elsewhere (`attribute.messaging.end`). */
function expectMemberName(cursor: TokenCursor): Token {
  return cursor.current.kind === 'keyword' ? cursor.take() : cursor.expectName();
}

function parseCall(cursor: TokenCursor, callee: Expression): Expression {
  refuseCountOfAll(cursor, callee);
  const args = parseArguments(cursor, callee);
  return cursor.built({ type: 'call', callee, args, range: { start: callee.range.start, end: cursor.lastEnd } }, callee, ...args);
}

function parseMethodCall(cursor: TokenCursor, object: Expression): Expression {
  cursor.take();
  const name = cursor.expectName();
  const args = parseArguments(cursor);
  const range = { start: object.range.start, end: cursor.lastEnd };
  const [pattern] = args;
  if (STRING_TESTS.has(name.text) && args.length === 1 && pattern !== undefined) {
    const test = name.text as StringTestName;
    return cursor.built({ type: 'string-test', test, spelling: 'method', subject: object, pattern, range }, object, pattern);
  }
  return cursor.built({ type: 'method-call', object, name: name.text, nameRange: name.range, args, range }, object, ...args);
}

/** `(a, b)`, or as in Lua one string or table without parentheses. */
function parseArguments(cursor: TokenCursor, callee?: Expression): Expression[] {
  const token = cursor.current;
  if (token.kind === 'string') {
    cursor.take();
    return [stringLiteral(token)];
  }
  if (cursor.is('{')) return [parseTable(cursor)];
  const opening = cursor.expect('(');
  const args = cursor.is(')') ? [] : [parseArgument(cursor, callee)];
  while (args.length > 0 && cursor.accept(',')) args.push(parseArgument(cursor));
  cursor.expectClosing(')', opening);
  return args;
}

/** `charge where condition`, or an expression. `where` is not a keyword: two names in a row are an error everywhere else. */
function parseArgument(cursor: TokenCursor, callee?: Expression): Expression {
  const { current, next } = cursor;
  if (current.kind === 'name' && next.kind === 'name' && next.text === 'where') return parseNamedCondition(cursor);
  refuseForeignArgument(cursor);
  refuseListComprehension(cursor, callee, parseExpression);
  const expression = parseExpression(cursor);
  refuseComprehension(cursor, expression, callee, parseExpression);
  refuseFieldWhere(cursor, expression);
  return expression;
}

function parseNamedCondition(cursor: TokenCursor): NamedCondition {
  const { text, range } = cursor.expectName();
  cursor.take();
  const condition = parseExpression(cursor);
  const whole = { start: range.start, end: condition.range.end };
  return cursor.built({ type: 'named-condition', name: { type: 'name', name: text, range }, condition, range: whole }, condition);
}

function parseTable(cursor: TokenCursor): TableConstructor {
  const opening = cursor.expect('{');
  const items: { key?: Expression; value: Expression }[] = [];
  while (!cursor.is('}')) {
    items.push(parseTableItem(cursor));
    if (!cursor.accept(',') && !cursor.accept(';')) break;
  }
  const range = { start: opening.range.start, end: cursor.expectClosing('}', opening).range.end };
  return cursor.built({ type: 'table', items, range }, ...items.flatMap(({ key, value }) => (key === undefined ? [value] : [key, value])));
}

function parseTableItem(cursor: TokenCursor): { key?: Expression; value: Expression } {
  if (cursor.is('[')) {
    const opening = cursor.take();
    const key = parseExpression(cursor);
    cursor.expectClosing(']', opening);
    cursor.expect('=');
    return { key, value: parseExpression(cursor) };
  }
  const token = cursor.current;
  if (token.kind === 'name' && cursor.next.kind === 'symbol' && cursor.next.text === '=') {
    cursor.take();
    cursor.take();
    return { key: { type: 'string', value: token.text, isText: true, range: token.range }, value: parseExpression(cursor) };
  }
  return { value: parseExpression(cursor) };
}
