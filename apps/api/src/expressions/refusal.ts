import type { Diagnostic } from '#dsl';
import type { ProblemDetail } from '#platform';
import { ApiError } from '../api-error.js';

/** BT_API_EXPRESSION_INVALID with the place of each error. */
export function refusal(diagnostics: readonly Diagnostic[]): ApiError {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const reason = first ? `${first.message} (line ${first.line}, column ${first.column})` : 'it is no expression';
  return new ApiError('BT_API_EXPRESSION_INVALID', { reason }, errors.map(problemDetail));
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
