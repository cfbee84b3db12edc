import type { LogicalNode, Resolved } from '../tree/resolved.js';
import { BOOLEAN } from '../values/types.js';
import { isSpanCondition } from './required-reads.js';

/**
 * The span condition that must hold for a span for a rule over the span and its trace to be true of it. Parts about the trace are unknown and drop out.
 * Undefined: every span is a candidate.
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
    return part.operator === 'and' ? both(left, right, part) : either(part, left, right);
  }

  function whenFalse(part: Resolved): Resolved | undefined {
    if (isSpanCondition(part)) return negation(part);
    if (part.type === 'unary' && part.operator === 'not') return whenTrue(part.operand);
    if (part.type !== 'logical') return undefined;
    const left = whenFalse(part.left);
    const right = whenFalse(part.right);
    return part.operator === 'or' ? both(left, right, part) : either(part, left, right);
  }

  function either(source: LogicalNode, left: Resolved | undefined, right: Resolved | undefined): Resolved | undefined {
    if (left === undefined || right === undefined) return undefined;
    return !isSpanCondition(source.left) && canFail(left) ? undefined : logical('or', left, right, source);
  }
}

/** All of them, in their order; undefined for none. @param whole the condition that they are parts of */
export function conjunction(conditions: readonly Resolved[], whole: Resolved | undefined): Resolved | undefined {
  return conditions.reduce<Resolved | undefined>((left, right) => both(left, right, whole), undefined);
}

function both(left: Resolved | undefined, right: Resolved | undefined, whole: Resolved | undefined): Resolved | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return logical('and', left, right, whole);
}

function logical(operator: 'and' | 'or', left: Resolved, right: Resolved, whole: Resolved | undefined): Resolved {
  const range = { start: left.syntax.range.start, end: right.syntax.range.end };
  return {
    type: 'logical',
    operator,
    left,
    right,
    ...(whole?.type === 'logical' && whole.unordered === true ? { unordered: true } : {}),
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
