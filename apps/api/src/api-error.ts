import { filledSentence } from '#base';
import type { ProblemDetail } from '#platform';
import { API_PROBLEMS, type ApiProblemCode } from './problems.js';

type ProblemValues = Readonly<Record<string, string | number>>;

/** A refusal of the API, with its code; the platform makes it a problem details answer. `errors` name each place. */
export class ApiError extends Error {
  readonly status: number;
  /** Seconds until a retry makes sense, where one does. */
  readonly retryAfter?: number;

  constructor(
    readonly code: ApiProblemCode,
    readonly values: ProblemValues,
    readonly errors: readonly ProblemDetail[] = [],
  ) {
    const { sentence, status } = API_PROBLEMS[code];
    super(filledSentence(sentence, values));
    this.name = 'ApiError';
    this.status = status;
    if (status === 429) this.retryAfter = 1;
  }
}
