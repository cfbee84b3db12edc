import { HttpException } from '@nestjs/common';
import { CodedError } from '#base';
import { Problem, type ProblemDetail } from './problem.js';
import { HTTP_PROBLEMS, type HttpProblemCode, TITLES } from './problems.js';

/** An error of a catalogue with an HTTP status, and optional members of some classes. */
interface RequestError extends CodedError {
  readonly status: number;
  readonly errors?: readonly ProblemDetail[];
  /** Replaces `errors` where only fields can be wrong. */
  readonly fields?: readonly ProblemDetail[];
  readonly retryAfter?: number;
  /** The text for clients, if the message says more than they may see. */
  readonly detail?: string;
}

const isRequestError = (error: unknown): error is RequestError => error instanceof CodedError && error.status !== undefined;

/** The problem that answers an error. Unknown errors become BT_HTTP_INTERNAL without their text. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isRequestError(error)) return fromCoded(error);
  if (error instanceof HttpException) return new Problem(codeOf(error.getStatus()), error.message, { cause: error });
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500) {
    return new Problem(codeOf(error.statusCode), error.message, { cause: error });
  }
  return new Problem('BT_HTTP_INTERNAL', 'the request failed by a defect of the server; its log says more', { cause: error });
}

function fromCoded(error: RequestError): Problem {
  const errors = error.errors ?? error.fields;
  const options = {
    cause: error,
    ...(errors === undefined ? {} : { errors }),
    ...(error.retryAfter === undefined ? (error.status === 503 ? { retryAfter: 1 } : {}) : { retryAfter: error.retryAfter }),
  };
  const title = TITLES[error.status] ?? HTTP_PROBLEMS[codeOf(error.status)].title;
  return new Problem(error.code, error.detail ?? error.message.replace(`${error.code}: `, ''), options, { status: error.status, title });
}

/** The code of a status in the HTTP catalogue. */
export function codeOf(status: number): HttpProblemCode {
  const entry = status === 503 ? ['BT_HTTP_UNAVAILABLE'] : Object.entries(HTTP_PROBLEMS).find(([, kind]) => kind.status === status);
  if (entry !== undefined) return entry[0] as HttpProblemCode;
  return status < 500 ? 'BT_HTTP_BAD_REQUEST' : 'BT_HTTP_INTERNAL';
}
