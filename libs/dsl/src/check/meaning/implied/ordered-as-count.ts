import type { BinaryNode, Resolved, TraceAggregate, TraceQuantifier } from '../../../tree/resolved.js';
import { isCount } from '../../resolve/resolve-operator.js';

/** A comparison of a count with a number, with the count on the left. */
export interface OrderedCount {
  readonly count: TraceQuantifier | TraceAggregate;
  readonly operator: BinaryNode['operator'];
  readonly limit: number;
}

export const MIRRORED: Readonly<Partial<Record<BinaryNode['operator'], BinaryNode['operator']>>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '==': '==',
  '~=': '~=',
};

/** For example `trace.count(c) > 2` and `2 < trace.count(c)`; undefined for all others. */
export function orderedAsCount({ left, right, operator }: BinaryNode): OrderedCount | undefined {
  const mirrored = MIRRORED[operator];
  if (mirrored === undefined) return undefined;
  return ordered(left, right, operator) ?? ordered(right, left, mirrored);
}

function ordered(count: Resolved, limit: Resolved, operator: BinaryNode['operator']): OrderedCount | undefined {
  if ((count.type !== 'trace-quantifier' && count.type !== 'trace-aggregate') || !isCount(count)) return undefined;
  return limit.type === 'literal' && typeof limit.value === 'number' ? { count, operator, limit: limit.value } : undefined;
}
