import { answeredDiagnostic, type Explanation } from '#dsl';
import type { ProblemDetail } from '#platform';
import { ApiError } from '../api-error.js';
import type { TestResult } from './expression.dto.js';
import type { CasesTask, CheckedText, DescribedText, ExplainTask } from './expression-task.js';
import type { ExpressionThreads } from './expression-threads.js';
import { refusal } from './refusal.js';
import type { TestCaseResult } from './test-cases.dto.js';

/** Maximum of expressions with cached diagnostics: answers about rules include them, and rules are read more often than saved. */
const MAX_CACHED = 500;

/** Checks and runs users' expressions in separate threads. Saving a rule does not wait for trials. */
export class ExpressionChecker {
  private readonly checked = new Map<string, CheckedText>();

  constructor(
    private readonly maxLength: number,
    private readonly saving: ExpressionThreads,
    private readonly trying: ExpressionThreads,
  ) {}

  /** Every diagnostic of an expression to be saved. */
  async check(expression: string): Promise<CheckedText> {
    const existing = this.checked.get(expression);
    if (existing !== undefined) return existing;
    this.refuseLong(expression);
    const checked = await this.saving.run({ kind: 'check', expression });
    const [oldest] = this.checked.keys();
    if (this.checked.size >= MAX_CACHED && oldest !== undefined) this.checked.delete(oldest);
    this.checked.set(expression, checked);
    return checked;
  }

  /** Refuses an invalid expression: BT_API_EXPRESSION_INVALID with the place of each error. */
  async orRefuse(expression: string): Promise<void> {
    const { ok, diagnostics } = await this.check(expression);
    if (!ok) throw refusal(diagnostics);
  }

  /**
   * The problems of a saved expression. It may have errors that an earlier version did not detect. If it cannot be checked now, that is one of the problems, so
   * that the rule stays readable.
   */
  async warningsOf(expression: string): Promise<readonly ProblemDetail[]> {
    try {
      return (await this.check(expression)).diagnostics.map(answeredDiagnostic);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return [{ path: 'expression', code: error.code, severity: 'warning', message: error.message }];
    }
  }

  /** Every diagnostic, errors and warnings, and the cost of a valid expression; refuses only texts that are too long. */
  async describe(expression: string): Promise<DescribedText> {
    this.refuseLong(expression);
    return this.trying.run({ kind: 'describe', expression });
  }

  /** Runs a `POST /v1/rules/test` on the spans of the body, or of the stored trace that it names. */
  try(body: Uint8Array, stored?: readonly Uint8Array[]): Promise<TestResult> {
    // A copy: a small body shares a larger buffer, which would be cloned as a whole.
    return this.trying.run({ kind: 'try', body: Uint8Array.from(body), stored });
  }

  /** Explains a rule on all spans of a trace. */
  explain(task: Omit<ExplainTask, 'kind'>): Promise<Explanation> {
    return this.trying.run({ kind: 'explain', ...task });
  }

  /** Runs test cases of a rule. Refuses unreadable traces: BT_API_RULE_TEST_INVALID. */
  cases(task: Omit<CasesTask, 'kind' | 'judges'>): Promise<readonly TestCaseResult[]> {
    return this.trying.run({ kind: 'cases', judges: true, ...task });
  }

  /** Refuses test cases with unreadable traces and, with `judges`, failing ones: BT_API_RULE_TESTS_FAIL. */
  async casesOrRefuse(task: Omit<CasesTask, 'kind'>): Promise<void> {
    if (task.tests.length === 0) return;
    const results = await this.saving.run({ kind: 'cases', ...task });
    const errors = results.flatMap(({ passed, name, reason, arrangement }, index): ProblemDetail[] =>
      passed ? [] : [{ path: `tests[${index}]`, message: `${name}: ${reason} (${arrangement})` }],
    );
    const [first] = errors;
    if (first === undefined) return;
    throw new ApiError('BT_API_RULE_TESTS_FAIL', { failed: errors.length, count: results.length, reason: first.message }, errors);
  }

  private refuseLong({ length }: string): void {
    if (length > this.maxLength) throw new ApiError('BT_API_EXPRESSION_TOO_LONG', { length, limit: this.maxLength });
  }
}
