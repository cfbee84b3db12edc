import { formatExpression } from '../../../tree/format-expression.js';
import type { Resolved } from '../../../tree/resolved.js';
import { NIL, NUMBER } from '../../../values/types.js';
import type { Findings } from '../../scope/scope.js';
import { flatOperands } from '../implied/flat-operands.js';
import { conventionOf } from '../values/semantic-conventions.js';
import type { ConditionRole } from './constant-condition.js';

/** `trace.max(attribute.n)` as a condition is true for any number. As a guard it tests that one exists. */
export function numberCondition(node: Resolved, place: ConditionRole, findings: Findings, isInScript: boolean): void {
  const mayBeMissing = node.type === 'trace-aggregate' && node.types === (NUMBER | NIL);
  // For a whole rule another check reports that it always matches.
  const isThere = isInScript && node.types === NUMBER && node.type !== 'literal';
  if ((!mayBeMissing && !isThere) || isGuard(node, place)) return;
  findings.report(
    'BT_DSL_NUMBER_CONDITION',
    node.syntax.range,
    { text: formatExpression(node.syntax) },
    { expected: 'a comparison, such as > 3' },
  );
}

/** `trace.sum(attribute.gen_ai.usage.input_tokens, attribute.gen_ai.usage.output_tokens)`: the second argument should be a condition. */
export function numberAttribute(condition: Resolved, findings: Findings): void {
  if (condition.type !== 'attribute' || conventionOf(condition.key) !== 'a number') return;
  const text = formatExpression(condition.syntax);
  findings.report('BT_DSL_NUMBER_CONDITION', condition.syntax.range, { text }, { expected: 'a condition on the span, or nothing' });
}

/** Whether another operand follows that is evaluated only if this one holds. */
function isGuard(node: Resolved, place: ConditionRole): boolean {
  return place.kind === 'operand' && place.chain.operator === 'and' && flatOperands(place.chain).at(-1) !== node;
}
