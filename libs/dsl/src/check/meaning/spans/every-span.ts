import { formatExpression } from '../../../tree/format-expression.js';
import type { Resolved } from '../../../tree/resolved.js';
import { baseOf, someNode, spansOf } from '../../../tree/walk.js';
import type { Findings } from '../../scope/scope.js';
import { flatOperands } from '../implied/flat-operands.js';

/**
 * `span.name == "job" and span.duration > 5m or not trace.has(span.name == "done")`: the operand after `or` ignores the span, so that every span of
 * the trace matches, or none. The author probably took `or` to bind tighter than `and`.
 */
export function everySpan(root: Resolved, findings: Findings): void {
  if (findings.usesSubject) alternatives(root, true, findings);
}

function alternatives(node: Resolved, outcome: boolean, findings: Findings): void {
  if (node.type === 'unary' && node.operator === 'not') return alternatives(node.operand, !outcome, findings);
  if (node.type !== 'logical' || (node.operator === 'or') !== outcome) return;
  for (const operand of flatOperands(node)) {
    if (operand.type === 'literal') continue;
    if (asksOfSubject(operand)) {
      alternatives(operand, outcome, findings);
      continue;
    }
    const text = formatExpression(operand.syntax);
    findings.report(
      'BT_DSL_EVERY_SPAN',
      operand.syntax.range,
      { text },
      { expected: 'parentheses around the conditions that belong together' },
    );
  }
}

function asksOfSubject(node: Resolved): boolean {
  return someNode(node, (part) => spansOf(part).some((span) => baseOf(span).type === 'subject'));
}
