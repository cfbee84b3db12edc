import type { Source } from '../../text/source.js';
import type { TableConstructor } from '../../text/syntax.js';

/** The text between the braces, if it is one value without a key. */
export function soleEntry(table: TableConstructor, source: Source): string | undefined {
  const [only, ...more] = table.items;
  return only === undefined || only.key !== undefined || more.length > 0 ? undefined : source.slice(only.value.range);
}

/**
 * The text between the braces, if it is one value without a key. Adds parentheses next to an operator, or for a call without them (`trace.has{c}`).
 */
export function tableEntry(table: TableConstructor, source: Source, isArgument: boolean): string | undefined {
  const text = soleEntry(table, source);
  if (text === undefined) return undefined;
  const isAlone = isArgument && /[(,]\s*$|\bwhere\s*$/.test(source.text.slice(Math.max(0, table.range.start - 200), table.range.start));
  return isAlone ? text : `(${text})`;
}
