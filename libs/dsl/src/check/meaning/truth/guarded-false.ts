import { factKey } from '../../../tree/facts.js';
import { formatExpression } from '../../../tree/format-expression.js';
import type { Attribute, LogicalNode, Resolved } from '../../../tree/resolved.js';
import { FALSY } from '../../../values/types.js';
import type { Findings } from '../../scope/scope.js';
import { flatOperands } from '../implied/flat-operands.js';

/** `attribute.x and attribute.x != true`: the guard also excludes false, so that only values that are not booleans match. */
export function guardedFalse(node: LogicalNode, findings: Findings): void {
  if (node.operator !== 'and') return;
  const { right } = node;
  const compared = notTrue(right);
  if (compared === undefined || (compared.types & FALSY) !== 0) return;
  const key = factKey(compared.span, 'attribute', compared.key);
  const operands = node.left.type === 'logical' ? flatOperands(node.left) : [node.left];
  const guard = operands.find((other) => other.type === 'attribute' && factKey(other.span, 'attribute', other.key) === key);
  if (key === undefined || guard === undefined) return;
  const text = `${formatExpression(guard.syntax)} != nil`;
  const fix = { range: guard.syntax.range, text };
  findings.report('BT_DSL_GUARDED_FALSE', right.syntax.range, { key: compared.key }, { suggestion: `${text} and …`, fix });
}

/** The attribute of `x != true` and of `not (x == true)`. */
function notTrue(node: Resolved): Attribute | undefined {
  const isNegated = node.type === 'unary' && node.operator === 'not';
  const comparison = isNegated ? node.operand : node;
  if (comparison.type !== 'binary' || comparison.operator !== (isNegated ? '==' : '~=')) return undefined;
  const [value, other] = comparison.right.type === 'literal' ? [comparison.left, comparison.right] : [comparison.right, comparison.left];
  return value.type === 'attribute' && other.type === 'literal' && other.value === true ? value : undefined;
}
