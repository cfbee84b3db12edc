/** Work of a process that is recorded as a span. */
export interface Work {
  /** A name of low cardinality: without ids. */
  readonly name: string;
  readonly kind: 'server' | 'client' | 'producer' | 'consumer';
  readonly attributes?: Attributes;
  /** A root span: the work is independent of the request that started it. */
  readonly alone?: true;
}

export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** Finished work. Times are Unix milliseconds. */
export interface FinishedWork extends Work {
  readonly start: number;
  readonly end: number;
  /** Why it failed, if it did. */
  readonly failure?: Failure;
}

export interface Failure {
  /** A code, or the name of an error. */
  readonly type: string;
  readonly message: string;
}

/** Records work as spans. */
export interface Traces {
  /** Does the work, and records it at its end; resolves and rejects like the work. */
  span<Result>(work: Work, run: () => Promise<Result>): Promise<Result>;
}

/** Maximum length of an error's text in a span. */
const MESSAGE_LENGTH = 500;

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { type: 'error', message: String(error).slice(0, MESSAGE_LENGTH) };
  const { code } = error as { readonly code?: unknown };
  return { type: typeof code === 'string' ? code : error.name, message: error.message.slice(0, MESSAGE_LENGTH) };
}
