import type { Expression } from '../../text/syntax.js';
import type { TokenCursor } from '../../text/token-cursor.js';

type Parse = (cursor: TokenCursor) => Expression;

/** The function over spans that replaces a comprehension. */
interface Comprehension {
  readonly value: string;
  readonly variable: string;
  readonly list: string;
  readonly condition: string | undefined;
}

const INSTEAD = 'trace.has(s where …)';
const EXPECTED = 'trace.has(s where …), trace.all(s where …) or trace.count(s where …)';

/**
 * After the argument of a call: `any(s.name == "x" for s in trace.spans)`. @param outer the whole call except its last parenthesis. Returns if it is not
 * a comprehension.
 */
export function refuseComprehension(cursor: TokenCursor, value: Expression, callee: Expression | undefined, parse: Parse): void {
  if (!cursor.is('for')) return;
  const start = value.range.start;
  const read = readComprehension(cursor, value, parse);
  const end = cursor.lastEnd;
  const name = callee?.type === 'name' ? callee.name : '';
  const text = read === undefined || !cursor.is(')') ? undefined : equivalentCall(name, read);
  const whole = text === undefined || callee === undefined ? { start, end } : { start: callee.range.start, end: cursor.current.range.end };
  const fix = text === undefined ? {} : { suggestion: text, fix: { range: whole, text } };
  cursor.fail('BT_DSL_FOREIGN_OPERATOR', whole, { found: 'for … in', instead: INSTEAD }, { expected: EXPECTED, ...fix });
}

/** At `[s for s in trace.spans if s.name == "x"]`, alone or as the argument of `len`. Returns if it is none. */
export function refuseListComprehension(cursor: TokenCursor, callee: Expression | undefined, parse: Parse): void {
  if (!cursor.is('[')) return;
  const { start } = cursor.take().range;
  if (cursor.current.kind !== 'name') return;
  const value = parse(cursor);
  if (!cursor.is('for')) return;
  const read = readComprehension(cursor, value, parse);
  if (cursor.is(']')) cursor.take();
  const end = cursor.lastEnd;
  const name = callee?.type === 'name' ? callee.name : '';
  const text = read === undefined || !cursor.is(')') ? undefined : equivalentCall(name, read);
  const whole = text === undefined || callee === undefined ? { start, end } : { start: callee.range.start, end: cursor.current.range.end };
  const fix = text === undefined ? {} : { suggestion: text, fix: { range: whole, text } };
  cursor.fail('BT_DSL_FOREIGN_OPERATOR', whole, { found: '[… for … in]', instead: INSTEAD }, { expected: EXPECTED, ...fix });
}

/** `for s in trace.spans if s.name == "x"`. */
function readComprehension(cursor: TokenCursor, value: Expression, parse: Parse): Comprehension | undefined {
  const { source } = cursor;
  cursor.take();
  if (cursor.current.kind !== 'name') return undefined;
  const variable = cursor.take().text;
  if (!cursor.accept('in')) return undefined;
  const list = source.slice(parse(cursor).range);
  const condition = cursor.accept('if') ? source.slice(parse(cursor).range) : undefined;
  return { value: source.slice(value.range), variable, list, condition };
}

/** Only for the spans of the trace, where the values are conditions or the spans themselves. */
function equivalentCall(name: string, { value, variable, list, condition }: Comprehension): string | undefined {
  if (list !== 'trace.spans') return undefined;
  const isSpan = value === variable;
  const named = (text: string): string => `${variable} where ${text}`;
  const both = condition === undefined ? value : isSpan ? condition : `${grouped(condition)} and ${grouped(value)}`;
  switch (name) {
    case 'any':
      return isSpan && condition === undefined ? undefined : `trace.has(${named(both)})`;
    case 'all':
      if (isSpan) return undefined;
      return condition === undefined ? `trace.all(${named(value)})` : `not trace.has(${named(`${grouped(condition)} and not (${value})`)})`;
    case 'len':
    case 'count':
      return condition === undefined ? undefined : `trace.count(${named(condition)})`;
    case 'sum':
      return value === '1' && condition !== undefined ? `trace.count(${named(condition)})` : undefined;
    default:
      return undefined;
  }
}

function grouped(text: string): string {
  return /\bor\b/.test(text) ? `(${text})` : text;
}
