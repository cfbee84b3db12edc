import { formatExpression } from '../../format-expression.js';
import type { BinaryNode, Resolved } from '../../resolved.js';
import { NIL } from '../../types.js';
import type { Findings } from '../context.js';

/** `attribute.a == attribute.b`: true also of a span that has neither. */
export function nilEqualsNil({ operator, left, right, syntax }: BinaryNode, findings: Findings): void {
  if (operator !== '==' || !mayBeMissing(left) || !mayBeMissing(right)) return;
  const text = `${formatExpression(left.syntax)} and ${formatExpression(syntax)}`;
  const suggestion = `${formatExpression(left.syntax)} and …`;
  findings.report('BT_DSL_NIL_EQUALS_NIL', syntax.range, {}, { suggestion, fix: { range: syntax.range, text } });
}

function mayBeMissing(node: Resolved): boolean {
  return (node.type === 'attribute' || node.type === 'resource-attribute') && (node.types & NIL) !== 0;
}
