import type { LogicalNode, Resolved } from '../../../tree/resolved.js';

/** The operands of a chain, in text order. */
export function flatOperands(node: LogicalNode): readonly Resolved[] {
  const operands: Resolved[] = [];
  addOperands(node, node.operator, operands);
  return operands;
}

function addOperands(node: Resolved, operator: LogicalNode['operator'], operands: Resolved[]): void {
  if (node.type !== 'logical' || node.operator !== operator) {
    operands.push(node);
    return;
  }
  addOperands(node.left, operator, operands);
  addOperands(node.right, operator, operands);
}

/** The first operand of a chain of `and`; any other node itself. */
export function firstOperand(node: Resolved): Resolved {
  let first = node;
  while (first.type === 'logical' && first.operator === 'and') first = first.left;
  return first;
}

/** The last operand of a chain, however it is nested. */
export function lastOperand(node: LogicalNode): Resolved {
  let last = node.right;
  while (last.type === 'logical' && last.operator === node.operator) last = last.right;
  return last;
}
