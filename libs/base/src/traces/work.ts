/** Work of a process that is recorded as a span. */
export interface Work {
  /** Few different ones: without ids. */
  readonly name: string;
  readonly kind: 'server' | 'client' | 'producer' | 'consumer';
  readonly attributes?: Attributes;
  /** The span of no request is above it: whatever has woken it, it works by itself. */
  readonly alone?: true;
}

export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** Work that is over. Times are Unix milliseconds. */
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

/** Has work told by spans. */
export interface Traces {
  /** Does the work, and tells of it when it is over; resolves and rejects as the work does. */
  span<Result>(work: Work, run: () => Promise<Result>): Promise<Result>;
}

/** Longest text of an error in a span. */
const MESSAGE_LENGTH = 500;

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { type: 'error', message: String(error).slice(0, MESSAGE_LENGTH) };
  const { code } = error as { readonly code?: unknown };
  return { type: typeof code === 'string' ? code : error.name, message: error.message.slice(0, MESSAGE_LENGTH) };
}
