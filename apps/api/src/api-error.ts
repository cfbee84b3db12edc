import { CatalogueError, type ProblemValues } from '#base';
import type { ProblemDetail } from '#platform';
import { API_PROBLEMS, type ApiProblemCode } from './problems.js';

/** A refusal of the API, with its code; the platform answers it as problem details. `errors` name each place. */
export class ApiError extends CatalogueError<typeof API_PROBLEMS> {
  override readonly name = 'ApiError';
  /** Seconds until a retry may succeed. */
  readonly retryAfter?: number;

  constructor(
    code: ApiProblemCode,
    values: ProblemValues,
    readonly errors: readonly ProblemDetail[] = [],
  ) {
    super(API_PROBLEMS, code, values);
    if (this.status === 429) this.retryAfter = 1;
  }
}
