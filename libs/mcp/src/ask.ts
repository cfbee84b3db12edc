/** What the REST API answers. */
export interface Answer {
  readonly status: number;
  /** The JSON of the body; undefined when it has none. */
  readonly body: unknown;
}

/** Asks the REST API of a BeTrace, with whatever credentials its caller has. Rejects when it does not answer. */
export type Ask = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<Answer>;
