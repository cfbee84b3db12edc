import type { Expression } from '../../text/syntax.js';
import type { TokenCursor } from '../../text/token-cursor.js';

/** `count(*)`, `trace.count(*)`, `x.children.count(*)`. Returns if it is none. */
export function refuseCountOfAll(cursor: TokenCursor, callee: Expression): void {
  if (!cursor.is('(') || cursor.next.text !== '*' || cursor.afterNext.text !== ')' || cursor.next.kind !== 'symbol') return;
  const name = cursor.source.slice(callee.range);
  const isOfTrace = /^(?:trace\.)?count$/i.test(name);
  const isOfRelatives = /\.(?:children|descendants|ancestors)\.count$/.test(name);
  const range = { start: callee.range.start, end: cursor.afterNext.range.end };
  const text = isOfTrace ? 'trace.span_count' : isOfRelatives ? `${name}(true)` : undefined;
  const values = { found: `${name}(*)`, instead: text ?? 'trace.span_count' };
  const fix = text === undefined ? {} : { suggestion: text, fix: { range, text } };
  cursor.fail('BT_DSL_FOREIGN_OPERATOR', range, values, { expected: 'trace.span_count, or trace.count(condition)', ...fix });
}

/** Symbols that can follow a share. */
const BEHIND: ReadonlySet<string> = new Set([
  ')',
  ',',
  ']',
  '}',
  '*',
  '+',
  '/',
  '<',
  '<=',
  '>',
  '>=',
  '==',
  '~=',
  '!=',
  'and',
  'or',
  'then',
  'do',
  'end',
  ';',
]);
/** Text before a share: a compared quotient, or a product. */
const BEFORE = /(?:\/\s*[\w.]+(?:\([^()]*\))?\s*(?:[<>]=?|[=~!]=)|\*)\s*$/;

/** `50%`, `50% * trace.span_count`: `%` is the remainder of a division. Returns if a value follows it. */
export function refusePercent(cursor: TokenCursor, left: Expression): void {
  if (left.type !== 'number') return;
  const { next, source } = cursor;
  if (next.kind !== 'end' && !((next.kind === 'symbol' || next.kind === 'keyword') && BEHIND.has(next.text))) return;
  const range = { start: left.range.start, end: cursor.current.range.end };
  const text = String(Number(left.value) / 100);
  const isShare = next.text === '*' || BEFORE.test(source.text.slice(Math.max(0, range.start - LOOK_BACK), range.start));
  const fix = isShare ? { suggestion: text, fix: { range, text } } : {};
  const expected = 'a share of the count';
  const instead = isShare ? text : `trace.count(…) / trace.span_count > ${text}`;
  cursor.fail('BT_DSL_FOREIGN_OPERATOR', range, { found: source.slice(range), instead }, { expected, ...fix });
}

/** Characters. */
const LOOK_BACK = 300;
