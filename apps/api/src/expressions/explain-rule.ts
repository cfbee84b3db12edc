import type { Explanation } from '#dsl';
import { DEFAULT_ASSEMBLY, explainTrace, RuleSet } from '#engine';
import { ApiError } from '../api-error.js';
import type { ExplainTask, Phase } from './expression-task.js';

/**
 * Explains why a rule matches a trace, or does not.
 * @param timeout milliseconds, as in the evaluators
 */
export function explainRule(task: ExplainTask, timeout: number, enter: (phase: Phase) => void): Explanation {
  const { expression, requests, subject, tolerance } = task;
  enter('compiling the expression');
  const rules = RuleSet.compile(1, [{ id: 'rule', name: 'rule', version: 1, expression, severity: 'LOW' }], { timeout });
  if (rules.definitions.length === 0) throw new ApiError('BT_API_EXPRESSION_INVALID', { reason: 'it can no longer be compiled' });
  enter('judging the spans');
  return explainTrace(
    rules,
    rules.compiled.rules[0]!.index,
    requests,
    { ...DEFAULT_ASSEMBLY, tolerance },
    subject === '' ? undefined : subject,
  );
}
