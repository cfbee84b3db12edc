import { answeredDiagnostic, type Diagnostic } from '#dsl';
import { ApiError } from '../api-error.js';

/** BT_API_EXPRESSION_INVALID with the place of each error. */
export function refusal(diagnostics: readonly Diagnostic[]): ApiError {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const reason = first ? `${first.message} (line ${first.line}, column ${first.column})` : 'it is not an expression';
  return new ApiError('BT_API_EXPRESSION_INVALID', { reason }, errors.map(answeredDiagnostic));
}
