import type { ExplanationOutcome } from '../../contract/explanation-terms.js';
import type { LogicalNode, Resolved, UnaryNode } from '../../tree/resolved.js';
import { operandsOf } from '../../tree/walk.js';
import { isTruthy } from '../../values/lua/lua-value.js';
import { NOT_KEPT, type PartResult } from './part-result.js';

/** The results of each part that was reached. */
export type Outcomes = ReadonlyMap<Resolved, PartResult>;

/**
 * Evaluates the boolean skeleton of a rule or a condition as Lua would, from left to right.
 * @param find the value of a part that is not `and`, `or` or `not`
 */
export function evaluate(root: Resolved, find: (part: Resolved) => PartResult, { isWhole, operandsOf }: Shape): Outcomes {
  const outcomes = new Map<Resolved, PartResult>();
  const visit = (node: Resolved): PartResult => {
    let found: PartResult;
    if (isWhole(node)) found = find(node);
    else if (isNegation(node)) {
      const inner = visit(node.operand);
      found = 'value' in inner ? { value: !isTruthy(inner.value) } : inner;
    } else if (node.type === 'logical') found = visitChain(node);
    else found = find(node);
    outcomes.set(node, found);
    return found;
  };
  const visitChain = (node: LogicalNode): PartResult => {
    let found: PartResult = NOT_KEPT;
    let doubt: PartResult | undefined;
    let failure: PartResult | undefined;
    for (const operand of operandsOf(node)) {
      found = visit(operand);
      // Doubt matters only where nothing else decides the answer.
      if ('unknown' in found && found.unknown === 'in_doubt') doubt ??= found;
      else if ('error' in found && node.unordered === true) failure ??= found;
      else if ('error' in found) return doubt ?? found;
      else if (!('value' in found) || isTruthy(found.value) === (node.operator === 'or')) return found;
    }
    return doubt ?? failure ?? found;
  };
  visit(root);
  return outcomes;
}

/** How a rule is divided into parts, as far as their results are known. */
export interface Shape {
  /** Whether a part is evaluated as one. */
  isWhole(this: void, node: Resolved): boolean;
  operandsOf(this: void, node: LogicalNode): readonly Resolved[];
}

export const TAKEN_APART: Shape = { isWhole: () => false, operandsOf: (node) => operandsOf(node, node.operator) };

/** The same where only some parts have known results, each as a whole. */
export function shapeOf(isWhole: (node: Resolved) => boolean): Shape {
  const operands = (node: LogicalNode): readonly Resolved[] =>
    [node.left, node.right].flatMap((side) =>
      side.type === 'logical' && side.operator === node.operator && !isWhole(side) ? operands(side) : [side],
    );
  return { isWhole, operandsOf: operands };
}

/** `not attribute.x` reads better whole. */
export function isNegation(node: Resolved): node is UnaryNode {
  if (node.type !== 'unary' || node.operator !== 'not') return false;
  const { type } = node.operand;
  return type !== 'attribute' && type !== 'resource-attribute' && type !== 'has-attribute';
}

export function outcomeOf(found: PartResult | undefined): ExplanationOutcome {
  if (found === undefined) return 'not_evaluated';
  if ('error' in found) return 'failed';
  return 'value' in found ? (isTruthy(found.value) ? 'true' : 'false') : 'undecided';
}
