import type { Resolved, TraceQuantifier } from '../../../tree/resolved.js';
import type { SpanAxis } from '../../../tree/span-relation.js';
import { firstOperand, flatOperands } from '../implied/flat-operands.js';

/**
 * `trace.has(s where s.children.all(c))`: a span without children satisfies it, and every trace has one (without ancestors: the root). Returns why
 * the function is always true, or undefined.
 */
export function heldWithoutRelatives({ quantifier, over, condition, depth }: TraceQuantifier): string | undefined {
  if (quantifier !== 'has' || over !== undefined) return undefined;
  // Fast path: nearly all conditions begin with something else.
  if (axisOf(firstOperand(condition), depth) === undefined) return undefined;
  const axes = operandsOf(condition).map((part) => axisOf(part, depth));
  if (axes.every((axis) => axis === 'children' || axis === 'descendants'))
    return 'every trace has a span with none below it, and all of none satisfy any condition';
  return undefined;
}

function operandsOf(condition: Resolved): readonly Resolved[] {
  return condition.type === 'logical' && condition.operator === 'and' ? flatOperands(condition) : [condition];
}

function axisOf(node: Resolved, depth: number): SpanAxis | undefined {
  if (node.type !== 'trace-quantifier' || node.quantifier !== 'all' || node.over === undefined) return undefined;
  const { of, axis } = node.over;
  return of.type === 'bound' && of.depth === depth ? axis : undefined;
}
