import { infixOperator } from '../../text/operators.js';
import type { Expression } from '../../text/syntax.js';
import type { TokenCursor } from '../../text/token-cursor.js';

const COMPUTED: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%', '..']);

/** After the beginning of a statement: `x += 1`, `x++`, or a condition without `return`. Returns if it is none. */
export function refuseForeignStatement(cursor: TokenCursor, target: Expression, parse: (cursor: TokenCursor) => Expression): void {
  const { current, next } = cursor;
  if (infixOperator(current) === undefined) return;
  const variable = cursor.source.slice(target.range);
  const touches = next.range.start === current.range.end;
  if (current.kind === 'symbol' && COMPUTED.has(current.text) && touches && (next.text === '=' || next.text === current.text)) {
    const operator = current.text;
    const isStep = next.text !== '=';
    cursor.take();
    const end = cursor.take().range.end;
    const value = isStep ? undefined : parse(cursor);
    const written = value === undefined ? '1' : cursor.source.slice(value.range);
    const isAtom = value === undefined || !['binary', 'logical', 'string-test'].includes(value.type);
    const text = `${variable} = ${variable} ${operator} ${isAtom ? written : `(${written})`}`;
    const range = { start: target.range.start, end: value?.range.end ?? end };
    const values = { found: `${operator}${next.text}`, instead: `${variable} = ${variable} ${operator} …` };
    cursor.fail('BT_DSL_FOREIGN_OPERATOR', range, values, { suggestion: text, fix: { range, text } });
  }
  const at = target.range.start;
  const extras = { expected: "'=' or a call", suggestion: 'return', fix: { range: { start: at, end: at }, text: 'return ' } };
  cursor.fail('BT_DSL_SYNTAX', current.range, {}, extras);
}
