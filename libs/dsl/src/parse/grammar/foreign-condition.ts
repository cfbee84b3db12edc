import type { Fix } from '../../text/diagnostic.js';
import type { Expression } from '../../text/syntax.js';
import { nearText, type Token } from '../../text/token.js';
import type { TokenCursor } from '../../text/token-cursor.js';

type Parse = (cursor: TokenCursor) => Expression;

const COMPARISONS: ReadonlySet<string> = new Set(['==', '~=', '<', '<=', '>', '>=']);
const OPENING: ReadonlySet<string> = new Set(['(', '[', '{']);
const CLOSING: ReadonlySet<string> = new Set([')', ']', '}']);

/** After a whole condition: `c ? a : b`. Returns if it is none. */
export function refuseConditional(cursor: TokenCursor, condition: Expression, parse: Parse): void {
  if (!cursor.is('?')) return;
  cursor.take();
  const start = cursor.current.range.start;
  if (!skipToColon(cursor)) return cursor.fail('BT_DSL_SYNTAX', cursor.current.range, {}, { expected: '`c and a or b` for `c ? a : b`' });
  const yes = cursor.source.slice({ start, end: cursor.lastEnd }).trim();
  cursor.take();
  const otherwise = parse(cursor);
  const range = { start: condition.range.start, end: otherwise.range.end };
  const text = chosen(cursor, condition, yes, otherwise);
  const extras = { suggestion: text, fix: { range, text } };
  cursor.fail('BT_DSL_FOREIGN_OPERATOR', range, { found: '? :', instead: 'and … or' }, extras);
}

/** Up to the `:` of this `?`: a method's colon may come before, so no expression is parsed. */
function skipToColon(cursor: TokenCursor): boolean {
  let depth = 0;
  for (; cursor.current.kind !== 'end'; cursor.take()) {
    const { kind, text } = cursor.current;
    if (kind !== 'symbol') continue;
    if (OPENING.has(text) || text === '?') depth++;
    else if (CLOSING.has(text)) depth--;
    else if (text === ':' && depth === 0) return true;
    else if (text === ':' && cursor.afterNext.text !== '(') depth--;
    if (depth < 0) return false;
  }
  return false;
}

/** `c and a or b` is c's other branch where a is false or nil. */
function chosen(cursor: TokenCursor, condition: Expression, yes: string, otherwise: Expression): string {
  const [tested, no] = [condition, otherwise].map(({ range }) => cursor.source.slice(range)) as [string, string];
  const isAtom = condition.type !== 'logical';
  const isNothing = (text: string): boolean => text === 'false' || text === 'nil';
  if (isNothing(yes)) return isNothing(no) ? 'false' : `(not (${tested}) and ${grouped(no, otherwise)})`;
  const first = isAtom ? tested : `(${tested})`;
  if (yes === 'true' && isNothing(no)) return first;
  const second = /\b(?:and|or)\b/.test(yes) ? `(${yes})` : yes;
  return isNothing(no) ? `(${first} and ${second})` : `(${first} and ${second} or ${no})`;
}

function grouped(text: string, { type }: Expression): string {
  return type === 'logical' ? `(${text})` : text;
}

/**
 * `x >= 500 and < 600`: the fix repeats the value. After `or` the fix groups both comparisons, regardless of an `and` next to them. Returns if there is
 * none.
 */
export function refuseMissingSubject(cursor: TokenCursor, left: Expression, joint: string, parseOperand: Parse): void {
  const { current, source } = cursor;
  if (!isComparison(current)) return;
  const last = lastOperand(left);
  if (last.condition.type !== 'binary' || !COMPARISONS.has(last.condition.operator)) return;
  const subject = source.slice(last.condition.left.range);
  const at = current.range.start;
  const together = joint === 'or' ? alternatives(cursor, last, subject, parseOperand) : undefined;
  const fix = together ?? { range: { start: at, end: at }, text: `${subject} ` };
  cursor.fail(
    'BT_DSL_SYNTAX',
    current.range,
    { near: nearText(current) },
    { expected: 'a value before it', suggestion: `${subject} ${current.text}`, fix },
  );
}

function isComparison({ kind, text }: Token): boolean {
  return kind === 'symbol' && COMPARISONS.has(text === '!=' ? '~=' : text);
}

interface LastOperand {
  readonly condition: Expression;
  /** What joins it to those before it. */
  readonly joint: 'and' | 'or' | undefined;
}

function lastOperand(condition: Expression): LastOperand {
  let last: LastOperand = { condition, joint: undefined };
  while (last.condition.type === 'logical') last = { condition: last.condition.right, joint: last.condition.operator };
  return last;
}

/** `a and x == 1 or == 2 or == 3` means `a and (x == 1 or x == 2 or x == 3)`; undefined if no parentheses are needed. */
function alternatives(cursor: TokenCursor, { condition, joint }: LastOperand, subject: string, parseOperand: Parse): Fix | undefined {
  const { source } = cursor;
  let text = source.slice(condition.range);
  let end: number;
  do {
    const operator = cursor.take().text;
    const value = parseOperand(cursor);
    end = value.range.end;
    text += ` or ${subject} ${operator} ${source.slice(value.range)}`;
  } while (cursor.is('or') && isComparison(cursor.next) && cursor.take() !== undefined);
  if (joint !== 'and' && !cursor.is('and')) return undefined;
  return { range: { start: condition.range.start, end }, text: `(${text})` };
}
