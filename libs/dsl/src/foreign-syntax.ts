import { STRING_TESTS } from './operators.js';
import type { Expression } from './syntax.js';
import type { Token } from './token.js';
import type { TokenCursor } from './token-cursor.js';

/** Parses what stands behind a comparison. */
type ParseOperand = (cursor: TokenCursor) => Expression;

/** Words of other languages that are one operator here. */
const OPERATORS: Readonly<Record<string, string>> = {
  equals: '==',
  eq: '==',
  ne: '!=',
  neq: '!=',
  gt: '>',
  gte: '>=',
  ge: '>=',
  lt: '<',
  lte: '<=',
  le: '<=',
  includes: 'contains',
  startswith: 'starts_with',
  endswith: 'ends_with',
  regexp: 'matches',
  regex: 'matches',
  rlike: 'matches',
};

/**
 * Behind an operand stands something that is an operator elsewhere (`LIKE`, `in [..]`, `is not null`, `between`, `!~`): refuses it and
 * says what it is called here. Returns when it is nothing of the kind.
 */
export function refuseForeignOperator(cursor: TokenCursor, left: Expression, operand: ParseOperand): void {
  const { current, next } = cursor;
  if (current.kind === 'keyword') {
    if (current.text === 'in' || (current.text === 'not' && next.text.toLowerCase() === 'in')) refuseIn(cursor, left, operand);
    if (current.text === 'not' && STRING_TESTS.has(next.text)) refuseNotTest(cursor, left, operand);
    return;
  }
  if (current.kind === 'symbol') {
    if (current.text === '!' && next.text === '~') refuseNotMatch(cursor, left, operand);
    return;
  }
  if (current.kind !== 'name' || next.text === '=' || next.text === ',') return;
  const word = current.text.toLowerCase();
  if (left.type === 'name' && left.name !== 'not' && left.name.toLowerCase() === 'not') return replaceWord(cursor, left, 'not');
  if (word === 'and' || word === 'or') return replaceWord(cursor, current, word);
  if (word === 'in') return refuseIn(cursor, left, operand);
  if (word === 'is') return refuseIs(cursor);
  if (word === 'exists' && !startsOperand(next)) return whole(cursor, 'exists', left, `${textOf(cursor, left)} != nil`, '!= nil');
  if (!startsOperand(next)) return;
  if (word === 'like' || word === 'ilike') return refuseLike(cursor, left, next);
  if (word === 'between') return refuseBetween(cursor, left, operand);
  const operator = Object.hasOwn(OPERATORS, word) ? OPERATORS[word] : undefined;
  if (operator !== undefined) replaceWord(cursor, current, operator);
}

function startsOperand({ kind, text }: Token): boolean {
  if (kind === 'keyword') return text === 'nil' || text === 'true' || text === 'false' || text === 'not';
  return kind === 'string' || kind === 'number' || kind === 'duration' || kind === 'name' || text === '(' || text === '[';
}

function replaceWord(cursor: TokenCursor, { range }: Pick<Token, 'range'>, instead: string): void {
  const found = cursor.source.slice(range);
  cursor.fail('BT_DSL_FOREIGN_OPERATOR', range, { found, instead }, { suggestion: instead, fix: { range, text: instead } });
}

/** Refuses the operator at `left`, to be replaced together with its operands. */
function whole(cursor: TokenCursor, found: string, left: Expression, text: string, instead: string, end = cursor.current.range.end): void {
  const range = { start: left.range.start, end };
  const extras = text === '' ? { expected: instead } : { suggestion: text, fix: { range, text } };
  cursor.fail('BT_DSL_FOREIGN_OPERATOR', range, { found, instead }, extras);
}

function textOf(cursor: TokenCursor, { range }: Expression): string {
  return cursor.source.slice(range);
}

/** `x not contains "a"`. */
function refuseNotTest(cursor: TokenCursor, left: Expression, operand: ParseOperand): void {
  cursor.take();
  const test = cursor.take().text;
  const pattern = operand(cursor);
  const text = `not (${textOf(cursor, left)} ${test} ${textOf(cursor, pattern)})`;
  whole(cursor, `not ${test}`, left, text, `not (… ${test} …)`, pattern.range.end);
}

/** `x in ["a", "b"]`, `x not in ("a", "b")`; `"a" in x` asks whether x contains it. */
function refuseIn(cursor: TokenCursor, left: Expression, operand: ParseOperand): void {
  const isNot = cursor.accept('not');
  cursor.take();
  const opening = cursor.current.text;
  const isNegated = left.type === 'unary' && left.operator === 'not';
  const subject = isNegated ? left.operand : left;
  const found = isNot ? 'not in' : 'in';
  const instead = isNot ? '!= … and … != …' : '== … or … == …';
  if (opening !== '[' && opening !== '(' && opening !== '{') {
    if (subject.type !== 'string' || !startsOperand(cursor.current)) return whole(cursor, found, left, '', instead);
    const container = operand(cursor);
    const text = `${textOf(cursor, container)} contains ${textOf(cursor, subject)}`;
    const isNo = isNot || isNegated;
    return whole(cursor, found, left, isNo ? `not (${text})` : text, isNo ? 'not (… contains …)' : 'contains', container.range.end);
  }
  cursor.take();
  const values: string[] = [];
  do values.push(textOf(cursor, operand(cursor)));
  while (cursor.accept(','));
  const closing = cursor.current;
  const [operator, joiner] = isNot ? ['!=', 'and'] : ['==', 'or'];
  const text = values.map((value) => `${textOf(cursor, subject)} ${operator} ${value}`).join(` ${joiner} `);
  whole(cursor, found, left, `${isNegated ? 'not ' : ''}(${text})`, instead, closing.range.end);
}

/** `x !~ "re"`. */
function refuseNotMatch(cursor: TokenCursor, left: Expression, operand: ParseOperand): void {
  cursor.take();
  cursor.take();
  const pattern = operand(cursor);
  const text = `not (${textOf(cursor, left)} matches ${textOf(cursor, pattern)})`;
  whole(cursor, '!~', left, text, 'not (… matches …)', pattern.range.end);
}

/** `x is null`, `x is not null`, `x is "a"`. */
function refuseIs(cursor: TokenCursor): void {
  const { start } = cursor.current.range;
  const first = cursor.take();
  const isNot = cursor.current.text.toLowerCase() === 'not';
  if (isNot) cursor.take();
  const value = cursor.current;
  const isNil = ['nil', 'null', 'none', 'undefined'].includes(value.text.toLowerCase());
  if (!isNil && value.kind !== 'string' && value.text !== 'true' && value.text !== 'false') return;
  const instead = isNot ? '!=' : '==';
  const range = { start, end: value.range.end };
  const text = `${instead} ${isNil ? 'nil' : value.text}`;
  const found = isNot ? 'is not' : first.text;
  cursor.fail('BT_DSL_FOREIGN_OPERATOR', range, { found, instead }, { suggestion: text, fix: { range, text } });
}

/** `x like "a%"`: a test for the beginning, the end, the middle, or a regular expression. */
function refuseLike(cursor: TokenCursor, left: Expression, pattern: Token): void {
  if (isConstant(pattern)) return replaceWord(cursor, cursor.current, '==');
  if (pattern.kind !== 'string') {
    // Of what a field holds nobody knows whether it is a pattern.
    const { range, text: found } = cursor.current;
    return cursor.fail('BT_DSL_FOREIGN_OPERATOR', range, { found, instead: "==' or 'matches" }, { expected: "'==' or 'matches'" });
  }
  const inner = pattern.value.replace(/^%+|%+$/g, '');
  const start = pattern.value.startsWith('%');
  const end = pattern.value.endsWith('%');
  const isPlain = !/[%_]/.test(inner) && inner !== '';
  const instead = !isPlain ? 'matches' : start && end ? 'contains' : start ? 'ends_with' : end ? 'starts_with' : '==';
  const regex = pattern.value
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  const text = isPlain ? inner : `^${regex}$`;
  const quoted = `"${text.replace(/["\\]/g, '\\$&')}"`;
  whole(cursor, cursor.current.text, left, `${textOf(cursor, left)} ${instead} ${quoted}`, instead, pattern.range.end);
}

function isConstant({ kind, text }: Token): boolean {
  return kind === 'number' || kind === 'duration' || text === 'nil' || text === 'true' || text === 'false';
}

/** `x between 1 and 5`. */
function refuseBetween(cursor: TokenCursor, left: Expression, operand: ParseOperand): void {
  const found = cursor.take().text;
  const low = textOf(cursor, operand(cursor));
  if (!cursor.accept('and') && cursor.current.text !== 'AND') return whole(cursor, found, left, '', '>= … and … <= …');
  if (cursor.current.text === 'AND') cursor.take();
  const high = operand(cursor);
  const subject = textOf(cursor, left);
  whole(cursor, found, left, `(${subject} >= ${low} and ${subject} <= ${textOf(cursor, high)})`, '>= … and … <= …', high.range.end);
}
