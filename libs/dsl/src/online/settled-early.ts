import { isSpanCondition } from '../interpret/required-reads.js';
import type { Resolved } from '../tree/resolved.js';
import { certaintyOf } from './monotone.js';

/** Whether a rule over bits and counters can be decided before its trace closes: as true, or as false. */
export interface SettledEarly {
  readonly asTrue: boolean;
  readonly asFalse: boolean;
}

/** Follows the possible results of `decide` (online.ts) without a trace. */
export function settledEarly(node: Resolved): SettledEarly {
  if (isSpanCondition(node)) return { asTrue: true, asFalse: true };
  if (node.type === 'unary' && node.operator === 'not') {
    const { asTrue, asFalse } = settledEarly(node.operand);
    return { asTrue: asFalse, asFalse: asTrue };
  }
  if (node.type === 'logical') {
    const left = settledEarly(node.left);
    const right = settledEarly(node.right);
    return node.operator === 'and'
      ? { asTrue: left.asTrue && right.asTrue, asFalse: left.asFalse || right.asFalse }
      : { asTrue: left.asTrue || right.asTrue, asFalse: left.asFalse && right.asFalse };
  }
  if (node.type === 'trace-quantifier') return { asTrue: node.quantifier === 'has', asFalse: node.quantifier === 'all' };
  return certaintyOf(node) ?? { asTrue: false, asFalse: false };
}
