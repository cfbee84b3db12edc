import { type Checked, type CheckedRule, check, type Diagnostic } from '#dsl';
import type { ProblemDetail } from '#platform';
import { ApiError } from '../api-error.js';

/** Decides whether an expression may become a rule. */
export class CheckExpression {
  constructor(private readonly maxLength: number) {}

  /** Every diagnostic, errors and warnings; refuses only what is too long to be looked at. */
  check(expression: string): Checked {
    const { length } = expression;
    if (length > this.maxLength) throw new ApiError('BT_API_EXPRESSION_TOO_LONG', { length, limit: this.maxLength });
    return check(expression);
  }

  /** What is wrong or doubtful in an expression that is saved; errors among them, when it was saved before they were known. */
  warningsOf(expression: string): readonly ProblemDetail[] {
    return check(expression).diagnostics.map(problemDetail);
  }

  /** The checked rule; throws BT_API_EXPRESSION_INVALID with the place of each error. */
  orRefuse(expression: string): CheckedRule {
    const checked = this.check(expression);
    if (checked.ok) return checked.rule;
    const errors = checked.diagnostics.filter(({ severity }) => severity === 'error');
    const [first] = errors;
    const reason = first ? `${first.message} (line ${first.line}, column ${first.column})` : 'it is no expression';
    throw new ApiError('BT_API_EXPRESSION_INVALID', { reason }, errors.map(problemDetail));
  }
}

export function problemDetail({
  line,
  column,
  endLine,
  endColumn,
  code,
  severity,
  message,
  expected,
  suggestion,
  fix,
}: Diagnostic): ProblemDetail {
  return {
    path: 'expression',
    line,
    column,
    end_line: endLine,
    end_column: endColumn,
    code,
    severity,
    message,
    ...(expected === undefined ? {} : { expected }),
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(fix === undefined ? {} : { fix: { ...fix.range, text: fix.text } }),
  };
}
