import type { SpanColumns } from '#otlp';
import { type BufferedSpan, ColumnSpan, DecodedSpan } from './buffered-span.js';
import type { RuleSet } from './rule-set.js';

/** Copies span `i` out of the columns, with as much of it as the rules read. */
export function bufferedSpan(columns: SpanColumns, i: number, { compiled, columnOf, resourceColumnOf }: RuleSet): BufferedSpan {
  const { reads } = compiled;
  if (reads.buffersSpans) return new DecodedSpan(columns, i);
  return new ColumnSpan(columns, i, columnOf, resourceColumnOf, reads.fields.has('links'));
}
