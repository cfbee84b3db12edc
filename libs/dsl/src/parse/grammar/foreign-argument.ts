import type { Expression } from '../../text/syntax.js';
import type { TokenCursor } from '../../text/token-cursor.js';

/** Names of other languages for the arguments of functions over spans, which have no names here. */
const PARAMETERS: ReadonlySet<string> = new Set(['within', 'tolerance', 'condition', 'field', 'where', 'filter', 'by', 'a', 'b']);

/** At an argument in another language's form: `s => s.name == "x"`, `within = 30s`. Returns if it has no such form. */
export function refuseForeignArgument(cursor: TokenCursor): void {
  const { current, next, afterNext } = cursor;
  if (current.kind !== 'name' || next.kind !== 'symbol' || (next.text !== '=' && next.text !== ':')) return;
  if (next.text === '=' && afterNext.text === '>' && afterNext.range.start === next.range.end) {
    // A condition tests `span` in any case.
    const isSpan = current.text === 'span';
    const [instead, text] = isSpan ? ['the condition alone', ''] : [`${current.text} where …`, `${current.text} where`];
    const { source } = cursor;
    const space = isSpan ? (/^\s*/.exec(source.text.slice(afterNext.range.end, afterNext.range.end + 100))?.[0].length ?? 0) : 0;
    const range = { start: current.range.start, end: afterNext.range.end + space };
    cursor.fail('BT_DSL_FOREIGN_OPERATOR', range, { found: '=>', instead }, { expected: instead, fix: { range, text } });
  }
  if (!PARAMETERS.has(current.text) || (next.text === ':' && afterNext.kind === 'name')) return;
  const range = { start: current.range.start, end: afterNext.range.start };
  const found = cursor.source.slice({ start: current.range.start, end: next.range.end });
  const extras = { expected: 'the value: arguments are identified by their order', fix: { range, text: '' } };
  cursor.fail('BT_DSL_FOREIGN_OPERATOR', range, { found, instead: 'the value alone' }, extras);
}

/** After a field: `trace.sum(attribute.amount where span.name == "x")`. */
export function refuseFieldWhere(cursor: TokenCursor, field: Expression): void {
  const { current } = cursor;
  if (current.kind !== 'name' || current.text.toLowerCase() !== 'where') return;
  const range = { start: field.range.end, end: current.range.end };
  const extras = { expected: 'the condition as the next argument', suggestion: ',', fix: { range, text: ',' } };
  cursor.fail('BT_DSL_FOREIGN_OPERATOR', current.range, { found: current.text, instead: ',' }, extras);
}
