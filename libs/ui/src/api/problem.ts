import type { components } from './openapi.generated';

export type ProblemDetails = components['schemas']['ProblemView'];

/** An error answer in the API's words, or the reason why there was no answer. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(
    /** 0: the server did not answer. */
    readonly status: number,
    message: string,
    readonly details?: Partial<ProblemDetails>,
  ) {
    super(message);
  }

  get code(): string | undefined {
    return this.details?.code;
  }
}

/** The problem in a response; without a problem document (a proxy's page) its status. */
export function problemOf(response: Response, body: unknown): ApiProblem {
  const details = typeof body === 'object' && body !== null ? (body as Partial<ProblemDetails>) : undefined;
  const said = details?.detail ?? details?.title;
  return new ApiProblem(response.status, said ?? `the server answered ${response.status} without saying why`, details);
}
