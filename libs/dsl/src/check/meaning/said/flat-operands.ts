import type { LogicalNode, Resolved } from '../../../tree/resolved.js';

/** The operands of a chain, in the order of the text. */
export function flatOperands(node: LogicalNode): readonly Resolved[] {
  const operands: Resolved[] = [];
  const pending: Resolved[] = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.type === 'logical' && next.operator === node.operator) pending.push(next.right, next.left);
    else operands.push(next);
  }
  return operands;
}
