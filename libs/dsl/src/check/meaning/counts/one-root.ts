import type { BinaryNode, Resolved } from '../../../tree/resolved.js';
import type { SpanAxis, SpanRelation } from '../../../tree/span-relation.js';
import type { Findings } from '../../scope/scope.js';
import { implicationsOf } from '../implied/constraints.js';
import { flatOperands } from '../implied/flat-operands.js';
import { orderedAsCount } from '../implied/ordered-as-count.js';

/** The operand that restricts a condition to roots: `span.is_root and …`, `span.parent_id == ""`. `depth` is that of the tested span. */
export function rootPart(condition: Resolved, depth: number): Resolved | undefined {
  const operands = condition.type === 'logical' && condition.operator === 'and' ? flatOperands(condition) : [condition];
  return operands.find((operand) =>
    implicationsOf(operand, true).some(({ kind, constraint, about }) => {
      return kind === 'parent' && constraint.kind === 'one-of' && about()?.startsWith(`parent of bound${depth} `) === true;
    }),
  );
}

/** Spans of these relations have a parent. */
export function isBelow(axis: SpanAxis | SpanRelation | undefined): boolean {
  return axis === 'children' || axis === 'descendants' || axis === 'child' || axis === 'descendant';
}

/** `trace.count(span.is_root and span.status == "error") > 2`: a trace has one root. `trace.count(span.is_root) > 1` finds broken traces. */
export function oneRoot(node: BinaryNode, findings: Findings): void {
  const counted = orderedAsCount(node);
  if (counted === undefined || counted.count.over !== undefined) return;
  const { count, operator, limit } = counted;
  const condition = count.condition;
  if (condition === undefined) return;
  // More than one root, without other conditions: the rule looks for broken traces.
  if (condition.type !== 'logical' && (operator === '>' || operator === '>=')) return;
  const least = operator === '>' || operator === '<=' ? 1 : 2;
  if (limit < least || rootPart(condition, count.depth) === undefined) return;
  findings.report('BT_DSL_ONE_ROOT', node.syntax.range, {}, { expected: 'a condition that more than one span of a trace can satisfy' });
}
