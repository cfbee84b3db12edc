import { formatExpression } from '../../../tree/format-expression.js';
import type { BinaryNode, Resolved } from '../../../tree/resolved.js';
import { NIL } from '../../../values/types.js';
import type { Findings } from '../../scope/context.js';

/**
 * `attribute.a == attribute.b`: true also of a span that has neither. Behind a `not` it is false there, and a guard would make the
 * whole true of each span that has no a.
 */
export function nilEqualsNil({ operator, left, right, syntax }: BinaryNode, findings: Findings): void {
  if (operator !== '==' || !mayBeMissing(left) || !mayBeMissing(right)) return;
  const text = `${formatExpression(left.syntax)} and ${formatExpression(syntax)}`;
  const suggestion = `${formatExpression(left.syntax)} and …`;
  findings.report('BT_DSL_NIL_EQUALS_NIL', syntax.range, {}, { suggestion, fix: { range: syntax.range, text } });
}

function mayBeMissing(node: Resolved): boolean {
  return (node.type === 'attribute' || node.type === 'resource-attribute') && (node.types & NIL) !== 0;
}

/**
 * Notes the conditions that hold where this `not` does not, and each `not` within it, which turns that round again. What a function
 * over spans asks of them is its own.
 */
export function noteNegated(not: Resolved, noted: Set<Resolved>): void {
  if (noted.has(not)) return;
  const pending: (readonly [Resolved, boolean])[] = [[not, false]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [node, isNegated] = next;
    if (node.type === 'logical') pending.push([node.left, isNegated], [node.right, isNegated]);
    else if (node.type === 'unary' && node.operator === 'not') {
      noted.add(node);
      pending.push([node.operand, !isNegated]);
    } else if (isNegated) noted.add(node);
  }
}
