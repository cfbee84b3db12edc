import type { Expression } from './syntax.js';
import type { TokenCursor } from './token-cursor.js';

type Parse = (cursor: TokenCursor) => Expression;

const COMPARISONS: ReadonlySet<string> = new Set(['==', '~=', '<', '<=', '>', '>=']);
const OPENING: ReadonlySet<string> = new Set(['(', '[', '{']);
const CLOSING: ReadonlySet<string> = new Set([')', ']', '}']);

/** Behind a whole condition: `c ? a : b`. Returns when it is none. */
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

/** Up to the `:` of this `?`: what stands between may be a method's colon elsewhere, so no expression is read. */
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

/** `x >= 500 and < 600`: the value is named again. Returns when the operator does not stand so. */
export function refuseMissingSubject(cursor: TokenCursor, left: Expression): void {
  const { current } = cursor;
  if (current.kind !== 'symbol' || !COMPARISONS.has(current.text === '!=' ? '~=' : current.text)) return;
  const compared = lastComparison(left);
  if (compared === undefined) return;
  const subject = cursor.source.slice(compared.range);
  const at = current.range.start;
  const extras = {
    expected: 'a value before it',
    suggestion: `${subject} ${current.text}`,
    fix: { range: { start: at, end: at }, text: `${subject} ` },
  };
  cursor.fail('BT_DSL_SYNTAX', current.range, {}, extras);
}

/** What the last comparison of a chain compares. */
function lastComparison(condition: Expression): Expression | undefined {
  let last = condition;
  while (last.type === 'logical') last = last.right;
  return last.type === 'binary' && COMPARISONS.has(last.operator) ? last.left : undefined;
}
