import { answeredDiagnostic, type Checked, check, describeRule } from '#dsl';
import type { ProblemDetail } from '#platform';
import { ApiError } from '../api-error.js';
import { explainRule } from './explain-rule.js';
import type { CheckedText, DescribedText, ExpressionSettings, ExpressionTask, Phase, ResultOf } from './expression-task.js';
import { refusal } from './refusal.js';
import { runTestCases } from './run-test-cases.js';
import { tryRule } from './try-rule.js';

/** Runs a task in any thread. Calls `enter` before each phase. Throws ApiError and OtlpError. */
export function runTask(task: ExpressionTask, settings: ExpressionSettings, enter: (phase: Phase) => void): ResultOf[keyof ResultOf] {
  const checked = (expression: string): Checked => {
    const { length } = expression;
    const { maxLength: limit } = settings;
    if (length > limit) throw new ApiError('BT_API_EXPRESSION_TOO_LONG', { length, limit });
    enter('checking the expression');
    return check(expression);
  };
  if (task.kind === 'try') {
    const orRefuse = (expression: string): readonly ProblemDetail[] => {
      const { ok, diagnostics } = checked(expression);
      if (!ok) throw refusal(diagnostics);
      return diagnostics.map(answeredDiagnostic);
    };
    return tryRule(task, { timeout: settings.evaluationTimeout, orRefuse, enter });
  }
  if (task.kind === 'cases') {
    const orRefuse = (expression: string): void => {
      const { ok, diagnostics } = checked(expression);
      if (!ok) throw refusal(diagnostics);
    };
    return runTestCases(task, { timeout: settings.evaluationTimeout, orRefuse, enter });
  }
  if (task.kind === 'explain') return explainRule(task, settings.evaluationTimeout, enter);
  const found = checked(task.expression);
  const { ok, diagnostics } = found;
  if (task.kind === 'check' || !found.ok) return { ok, diagnostics } satisfies CheckedText;
  enter('compiling the expression');
  return { ok, diagnostics, description: describeRule(found.rule, settings.evaluationTimeout) } satisfies DescribedText;
}
