import { expectationOf, judgeCase, spansOfText, type TestCase, TraceTextError } from '#cases';
import { RuleSet } from '#engine';
import type { ProblemDetail } from '#platform';
import type { RuleTest } from '#records';
import { ApiError } from '../api-error.js';
import type { CasesTask, Phase } from './expression-task.js';
import type { TestCaseResult } from './test-cases.dto.js';

interface Tools {
  /** Milliseconds, as in the evaluators. */
  readonly timeout: number;
  /** Throws for an expression with errors. */
  readonly orRefuse: (expression: string) => void;
  readonly enter: (phase: Phase) => void;
}

/** Runs each test case of a rule with its spans in several orders, or only reads them. Throws BT_API_RULE_TEST_INVALID with every unreadable trace. */
export function runTestCases(
  { expression, onError, tests, judges }: CasesTask,
  { timeout, orRefuse, enter }: Tools,
): readonly TestCaseResult[] {
  enter('reading the spans');
  const cases = readCases(tests);
  if (!judges) return [];
  orRefuse(expression);
  enter('compiling the expression');
  const rules = RuleSet.compile(1, [{ id: 'test', name: 'test', version: 1, expression, severity: 'LOW', onError }], { timeout });
  enter('judging the spans');
  return cases.map((test) => {
    const { failure, why } = judgeCase(rules, test, test.name);
    const failed = failure === undefined ? {} : { reason: failure.reason, arrangement: failure.arrangement };
    return { name: test.name, passed: failure === undefined, ...failed, why };
  });
}

function readCases(tests: readonly RuleTest[]): readonly TestCase[] {
  const errors: ProblemDetail[] = [];
  const cases = tests.flatMap(({ name, trace, expect }, index): readonly TestCase[] => {
    try {
      return [{ name, spans: spansOfText(trace), expect: expectationOf(expect) }];
    } catch (error) {
      if (!(error instanceof TraceTextError)) throw error;
      errors.push({ path: `tests[${index}].trace`, ...placeOf(trace, error.offset), message: error.message });
      return [];
    }
  });
  const [first] = errors;
  if (first === undefined) return cases;
  throw new ApiError('BT_API_RULE_TEST_INVALID', { reason: `${first.path}: ${first.message}` }, errors);
}

function placeOf(text: string, offset: number | undefined): Pick<ProblemDetail, 'line' | 'column'> {
  if (offset === undefined) return {};
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
