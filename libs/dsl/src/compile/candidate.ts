import type { Resolved } from '../resolved.js';
import { BOOLEAN } from '../types.js';
import { isSpanCondition } from './needs.js';

/**
 * The span condition that must hold for a span if a rule over the span and its trace is to be true of it: what the trace says is
 * unknown and drops out. Undefined: nothing is known, every span is a candidate.
 *
 * The candidate must not fail where the rule would be true. `(trace.has(a) and attribute.n > 5) or span.name == "x"` doesn't look
 * at n while the trace has no a; a candidate that does would miss spans without n. So an alternative that depends on the trace
 * is kept only if its span part can't fail.
 */
export function candidateOf(node: Resolved, canFail: (node: Resolved) => boolean): Resolved | undefined {
  return whenTrue(node);

  function whenTrue(part: Resolved): Resolved | undefined {
    if (isSpanCondition(part)) return part;
    if (part.type === 'unary' && part.operator === 'not') return whenFalse(part.operand);
    if (part.type !== 'logical') return undefined;
    const left = whenTrue(part.left);
    const right = whenTrue(part.right);
    return part.operator === 'and' ? both(left, right) : either(part.left, left, right);
  }

  function whenFalse(part: Resolved): Resolved | undefined {
    if (isSpanCondition(part)) return negation(part);
    if (part.type === 'unary' && part.operator === 'not') return whenTrue(part.operand);
    if (part.type !== 'logical') return undefined;
    const left = whenFalse(part.left);
    const right = whenFalse(part.right);
    return part.operator === 'or' ? both(left, right) : either(part.left, left, right);
  }

  function either(source: Resolved, left: Resolved | undefined, right: Resolved | undefined): Resolved | undefined {
    if (left === undefined || right === undefined) return undefined;
    return !isSpanCondition(source) && canFail(left) ? undefined : logical('or', left, right);
  }
}

/** All of them, in their order; undefined for none. */
export function conjunction(conditions: readonly Resolved[]): Resolved | undefined {
  return conditions.reduce<Resolved | undefined>(both, undefined);
}

function both(left: Resolved | undefined, right: Resolved | undefined): Resolved | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return logical('and', left, right);
}

function logical(operator: 'and' | 'or', left: Resolved, right: Resolved): Resolved {
  const range = { start: left.syntax.range.start, end: right.syntax.range.end };
  return {
    type: 'logical',
    operator,
    left,
    right,
    types: left.types | right.types,
    syntax: { type: 'logical', operator, left: left.syntax, right: right.syntax, range },
  };
}

/** `not x`, with `not not x` as x: only truth matters to the callers. */
export function negation(operand: Resolved): Resolved {
  if (operand.type === 'unary' && operand.operator === 'not') return operand.operand;
  return {
    type: 'unary',
    operator: 'not',
    operand,
    types: BOOLEAN,
    syntax: { type: 'unary', operator: 'not', operand: operand.syntax, range: operand.syntax.range },
  };
}
