import { formatExpression } from '../../../tree/format-expression.js';
import type { LogicalNode, Resolved } from '../../../tree/resolved.js';
import type { Findings } from '../../scope/scope.js';
import { contradictionIn } from '../implied/contradiction.js';
import { flatOperands } from '../implied/flat-operands.js';
import { isSameReading } from '../implied/same-sides.js';

/**
 * `x and x != "a" or x and x != "b"`: one of the two holds for every x that exists. The fix tests both after one guard. Returns whether it was
 * reported.
 */
export function guardedAlternatives(chain: LogicalNode, operands: readonly Resolved[], findings: Findings): boolean {
  if (chain.operator !== 'or' || operands.length > MAX_OPERANDS) return false;
  const parts: Resolved[] = [];
  let guard: Resolved | undefined;
  for (const operand of operands) {
    if (operand.type !== 'logical' || operand.operator !== 'and') return false;
    const [first, part, more] = flatOperands(operand);
    if (first === undefined || part === undefined || more !== undefined) return false;
    if (guard !== undefined && !isSameReading(guard, first)) return false;
    guard ??= first;
    parts.push(part);
  }
  if (guard === undefined || contradictionIn(parts, 'or') === undefined) return false;
  const [shown, ...texts] = [guard, ...parts].map(({ syntax }) => formatExpression(syntax)) as [string, ...string[]];
  const reason = `if ${shown} exists, one of ${texts.join(' and ')} holds`;
  const text = [shown, ...texts].join(' and ');
  const { range } = chain.syntax;
  const isUnlike = parts.every((part) => part.type === 'binary' && part.operator === '~=');
  findings.report('BT_DSL_CONTRADICTION', range, { value: 'true', reason }, isUnlike ? { suggestion: text, fix: { range, text } } : {});
  return true;
}

/** Longer chains are rarely written by hand. */
const MAX_OPERANDS = 20;
