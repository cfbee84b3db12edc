import { canonicalKey } from '../tree/canonical.js';
import type { Resolved } from '../tree/resolved.js';

/** A comparison of a column with a number: `span.duration > 1s`, `3 <= attribute.retries`. */
export interface Bound {
  readonly node: Resolved;
  readonly column: Resolved;
  /** Equal for all bounds that one ladder (ladder.ts) can answer: the column, and whether values must be above. */
  readonly ladder: string;
  readonly isAbove: boolean;
  readonly literal: number;
  /** The literal itself satisfies the bound. */
  readonly inclusive: boolean;
}

/** Undefined: the node is not a bound. Literals beyond 2^53 (bigints) are left to plain comparisons. */
export function boundOf(node: Resolved): Bound | undefined {
  if (node.type !== 'binary') return undefined;
  const { operator, left, right } = node;
  if (operator !== '<' && operator !== '<=' && operator !== '>' && operator !== '>=') return undefined;
  const isSwapped = left.type === 'literal';
  const [column, literal] = isSwapped ? [right, left] : [left, right];
  if (!isNumericColumn(column) || literal.type !== 'literal' || typeof literal.value !== 'number') return undefined;
  const isAbove = operator.startsWith('>') !== isSwapped;
  const ladder = `${isAbove ? 'above' : 'below'} ${canonicalKey(column)}`;
  return { node, column, ladder, isAbove, literal: literal.value, inclusive: operator.endsWith('=') };
}

function isNumericColumn(node: Resolved): boolean {
  if (node.type === 'attribute' || node.type === 'resource-attribute') return true;
  return node.type === 'field' && (node.field === 'duration' || node.field === 'start_time' || node.field === 'end_time');
}
