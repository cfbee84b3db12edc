/** An answer of the REST API. */
export interface ApiAnswer {
  readonly status: number;
  /** The body's JSON; undefined when empty. */
  readonly body: unknown;
}

/** Calls the REST API of a BeTrace with its caller's credentials. Rejects when it does not answer. */
export type Ask = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<ApiAnswer>;
