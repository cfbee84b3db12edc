import { CodedError } from '#base';
import { HTTP_PROBLEMS, type HttpProblemCode, type ProblemKind } from './problems.js';

/** One mistake in a request: its place, and how to correct it. */
export interface ProblemDetail {
  /** A field in the body or query: `spans[3].trace_id`. */
  readonly path?: string;
  /** A place in a text (a rule, a JSON body); both count from 1. */
  readonly line?: number;
  readonly column?: number;
  /** After the last character of the place. */
  readonly end_line?: number;
  readonly end_column?: number;
  readonly code?: string;
  readonly severity?: 'error' | 'warning';
  readonly message: string;
  readonly expected?: string;
  readonly suggestion?: string;
  /** Replacement of the characters from `start` to `end` (UTF-16 offsets), if it is certain. */
  readonly fix?: { readonly start: number; readonly end: number; readonly text: string };
}

/** An RFC 9457 problem details object (`application/problem+json`). */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance?: string;
  readonly code: string;
  readonly errors?: readonly ProblemDetail[];
}

export interface ProblemOptions {
  readonly errors?: readonly ProblemDetail[];
  /** Seconds until a retry may succeed. */
  readonly retryAfter?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** An error that is answered as it is: `throw new Problem('BT_HTTP_NOT_FOUND', 'there is no rule "slow"')`. */
export class Problem extends CodedError {
  override readonly name = 'Problem';
  readonly status: number;
  readonly title: string;
  readonly errors: readonly ProblemDetail[];
  readonly headers: Readonly<Record<string, string>>;
  readonly retryAfter: number | undefined;

  /** @param kind needed only for codes of other catalogues */
  constructor(
    readonly code: string,
    readonly detail: string,
    options: ProblemOptions = {},
    kind: Pick<ProblemKind, 'status' | 'title'> = HTTP_PROBLEMS[code as HttpProblemCode] ?? HTTP_PROBLEMS.BT_HTTP_INTERNAL,
  ) {
    super(`${code}: ${detail}`, { cause: options.cause });
    this.status = kind.status;
    this.title = kind.title;
    this.errors = options.errors ?? [];
    this.retryAfter = options.retryAfter;
    this.headers =
      options.retryAfter === undefined ? { ...options.headers } : { ...options.headers, 'retry-after': String(options.retryAfter) };
  }

  /** @param instance the path of the request */
  document(instance?: string): ProblemDocument {
    return {
      type: `urn:betrace:error:${this.code}`,
      title: this.title,
      status: this.status,
      detail: this.detail,
      ...(instance === undefined ? {} : { instance }),
      code: this.code,
      ...(this.errors.length === 0 ? {} : { errors: this.errors }),
    };
  }
}
