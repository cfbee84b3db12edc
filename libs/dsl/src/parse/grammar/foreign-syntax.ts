import { STRING_TESTS } from '../../text/operators.js';
import type { Expression } from '../../text/syntax.js';
import type { Token } from '../../text/token.js';
import type { TokenCursor } from '../../text/token-cursor.js';
import { refuseGrouping } from './foreign-grouping.js';

/** Parses the text after a comparison. */
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
 * After an operand: an operator of another language (`LIKE`, `in [..]`, `is not null`, `between`, `!~`). Refuses it and names the operator to use. Returns if
 * there is none.
 */
export function refuseForeignOperator(cursor: TokenCursor, left: Expression, operand: ParseOperand): void {
  const { current, next } = cursor;
  if (current.kind === 'keyword') {
    if (current.text === 'in' || (current.text === 'not' && next.text.toLowerCase() === 'in')) refuseIn(cursor, left, operand);
    if (current.text === 'not' && STRING_TESTS.has(next.text)) refuseNotTest(cursor, left, operand);
    if (current.text === 'not') refuseNegated(cursor, left, operand);
    return;
  }
  if (current.kind === 'symbol') {
    if (current.text === '#') return refuseHash(cursor);
    if (current.text === '!' && next.text === '~') refuseNotMatch(cursor, left, operand);
    return;
  }
  if (current.kind !== 'name' || next.text === '=' || next.text === ',') return;
  const word = current.text.toLowerCase();
  if (left.type === 'name' && left.name !== 'not' && left.name.toLowerCase() === 'not') return replaceWord(cursor, left, 'not');
  if (left.type === 'name' && left.name.toLowerCase() === 'exists') return refuseExists(cursor, left, operand);
  if (word === 'and' || word === 'or') return replaceWord(cursor, current, word);
  if (word === 'where') return refuseWholeWhere(cursor, left);
  if (word === 'in') return refuseIn(cursor, left, operand);
  if (word === 'not') return refuseNegated(cursor, left, operand);
  if (Object.hasOwn(TWO_WORDS, word) && next.text.toLowerCase() === 'with') return refuseTwoWords(cursor, TWO_WORDS[word] as string);
  if (word === 'implies') return whole(cursor, word, left, '', "… and not (…)', which is where it is violated, or 'not (…) or …");
  if (word === 'is') return refuseIs(cursor);
  if (word === 'by' || word === 'without' || (word === 'group' && next.text.toLowerCase() === 'by'))
    return refuseGrouping(cursor, left, operand);
  if (word === 'instanceof' && Object.hasOwn(TYPES, next.text)) return refuseInstance(cursor, left);
  if (left.type === 'name' && left.name === 'typeof') return refuseTypeOf(cursor, left, operand);
  if (word === 'exists' && !startsOperand(next)) return whole(cursor, 'exists', left, `${textOf(cursor, left)} != nil`, '!= nil');
  if (!startsOperand(next)) return;
  if (word === 'like' || word === 'ilike') return refuseLike(cursor, left, next);
  if (word === 'between') return refuseBetween(cursor, left, operand);
  const operator = Object.hasOwn(OPERATORS, word) ? OPERATORS[word] : undefined;
  if (operator !== undefined) replaceWord(cursor, current, operator);
}

/** `charge where charge.name == "charge" and …` as the whole rule: a name belongs to a function over spans. */
function refuseWholeWhere(cursor: TokenCursor, left: Expression): void {
  const { source } = cursor;
  const { start } = left.range;
  if (left.type !== 'name' || source.text.slice(0, start).trim() !== '') return;
  const range = { start, end: source.text.trimEnd().length };
  const text = `trace.has(${source.slice(range)})`;
  const instead = `trace.has(${left.name} where …)`;
  const values = { found: 'where', instead };
  cursor.fail('BT_DSL_FOREIGN_OPERATOR', cursor.current.range, values, { suggestion: instead, fix: { range, text } });
}

function startsOperand({ kind, text }: Token): boolean {
  if (kind === 'keyword') return text === 'nil' || text === 'true' || text === 'false' || text === 'not';
  return kind === 'string' || kind === 'number' || kind === 'duration' || kind === 'name' || text === '(' || text === '[';
}

function replaceWord(cursor: TokenCursor, { range }: Pick<Token, 'range'>, instead: string): void {
  const found = cursor.source.slice(range);
  cursor.fail('BT_DSL_FOREIGN_OPERATOR', range, { found, instead }, { suggestion: instead, fix: { range, text: instead } });
}

/** Refuses the operator at `left`; the fix replaces it together with its operands. */
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

/** After an operand `#` begins a comment of Python, shell and YAML. */
function refuseHash(cursor: TokenCursor): void {
  const { range } = cursor.current;
  const extras = { expected: 'a comment', suggestion: '--', fix: { range, text: '--' } };
  cursor.fail('BT_DSL_FOREIGN_OPERATOR', range, { found: '#', instead: '--' }, extras);
}

const TYPES: Readonly<Record<string, string>> = { String: 'string', Number: 'number', Boolean: 'boolean', Array: 'table', Object: 'table' };

/** `x instanceof String`. */
function refuseInstance(cursor: TokenCursor, left: Expression): void {
  cursor.take();
  const type = TYPES[cursor.current.text] ?? '';
  whole(cursor, 'instanceof', left, `type(${textOf(cursor, left)}) == "${type}"`, 'type(…) == "…"');
}

/** `exists attribute.x`. */
function refuseExists(cursor: TokenCursor, left: Expression, operand: ParseOperand): void {
  const value = operand(cursor);
  whole(cursor, 'exists', left, `${textOf(cursor, value)} != nil`, '!= nil', value.range.end);
}

/** `typeof x == "string"`. */
function refuseTypeOf(cursor: TokenCursor, left: Expression, operand: ParseOperand): void {
  const value = operand(cursor);
  whole(cursor, 'typeof', left, `type(${textOf(cursor, value)})`, 'type(…)', value.range.end);
}

/** Operators of two words: `x starts with "a"`. */
const TWO_WORDS: Readonly<Record<string, string>> = { starts: 'starts_with', begins: 'starts_with', ends: 'ends_with' };

function refuseTwoWords(cursor: TokenCursor, instead: string): void {
  const { start } = cursor.current.range;
  cursor.take();
  const range = { start, end: cursor.current.range.end };
  const extras = { suggestion: instead, fix: { range, text: instead } };
  cursor.fail('BT_DSL_FOREIGN_OPERATOR', range, { found: cursor.source.slice(range), instead }, extras);
}

/** `x not like "a%"`, `x NOT BETWEEN 1 AND 5`, `x NOT IN (…)`. */
function refuseNegated(cursor: TokenCursor, left: Expression, operand: ParseOperand): void {
  const word = cursor.next.text.toLowerCase();
  if (word === 'in') return refuseIn(cursor, left, operand, true);
  if (word !== 'like' && word !== 'ilike' && word !== 'between') return;
  cursor.take();
  if (word === 'between') return refuseBetween(cursor, left, operand, true);
  return refuseLike(cursor, left, cursor.next, true);
}

/** `x in ["a", "b"]`, `x not in ("a", "b")`; `"a" in x` asks whether x contains it. */
function refuseIn(cursor: TokenCursor, left: Expression, operand: ParseOperand, isWord = false): void {
  const isNot = isWord ? cursor.take().text !== '' : cursor.accept('not');
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
  const word = value.kind === 'string' ? '' : value.text.toLowerCase();
  const isNil = ['nil', 'null', 'none', 'undefined'].includes(word);
  const isTruth = word === 'true' || word === 'false';
  if (!isNil && value.kind !== 'string' && !isTruth) return;
  const instead = isNot ? '!=' : '==';
  const range = { start, end: value.range.end };
  const text = `${instead} ${isNil ? 'nil' : isTruth ? word : cursor.source.slice(value.range)}`;
  const found = isNot ? 'is not' : first.text;
  cursor.fail('BT_DSL_FOREIGN_OPERATOR', range, { found, instead }, { suggestion: text, fix: { range, text } });
}

/** `x like "a%"`: a test for the beginning, the end, the middle, or a regular expression. */
function refuseLike(cursor: TokenCursor, left: Expression, pattern: Token, isNot = false): void {
  if (isConstant(pattern)) return replaceWord(cursor, cursor.current, isNot ? '!=' : '==');
  if (pattern.kind !== 'string') {
    // It is unknown whether a field's value is a pattern.
    const { range, text: found } = cursor.current;
    return cursor.fail('BT_DSL_FOREIGN_OPERATOR', range, { found, instead: "==' or 'matches" }, { expected: "'==' or 'matches'" });
  }
  const inner = pattern.value.replace(/^%+|%+$/g, '');
  const start = pattern.value.startsWith('%');
  const end = pattern.value.endsWith('%');
  const isAnyCase = cursor.current.text.toLowerCase() === 'ilike';
  const isPlain = !/[%_]/.test(inner) && inner !== '' && !isAnyCase;
  const instead = !isPlain ? 'matches' : start && end ? 'contains' : start ? 'ends_with' : end ? 'starts_with' : '==';
  const regex = pattern.value
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  const text = isPlain ? inner : `${isAnyCase ? '(?i)' : ''}^${regex}$`;
  const quoted = `"${text.replace(/["\\]/g, '\\$&')}"`;
  const test = `${textOf(cursor, left)} ${instead} ${quoted}`;
  const { text: word } = cursor.current;
  if (isNot) whole(cursor, `not ${word}`, left, `not (${test})`, `not (… ${instead} …)`, pattern.range.end);
  else whole(cursor, word, left, test, instead, pattern.range.end);
}

function isConstant({ kind, text }: Token): boolean {
  return kind === 'number' || kind === 'duration' || text === 'nil' || text === 'true' || text === 'false';
}

/** `x between 1 and 5`. */
function refuseBetween(cursor: TokenCursor, left: Expression, operand: ParseOperand, isNot = false): void {
  const word = cursor.take().text;
  const found = isNot ? `not ${word}` : word;
  const low = textOf(cursor, operand(cursor));
  if (!cursor.accept('and') && cursor.current.text !== 'AND') return whole(cursor, found, left, '', '>= … and … <= …');
  if (cursor.current.text === 'AND') cursor.take();
  const high = operand(cursor);
  const subject = textOf(cursor, left);
  const [above, below, joiner] = isNot ? ['<', '>', 'or'] : ['>=', '<=', 'and'];
  const text = `(${subject} ${above} ${low} ${joiner} ${subject} ${below} ${textOf(cursor, high)})`;
  whole(cursor, found, left, text, `${above} … ${joiner} … ${below} …`, high.range.end);
}
