import { CodedError } from '#base';
import type { ProblemDetail } from '#platform';
import type { CarriedError } from './expression-task.js';

/** A coded error from another thread. */
export class CarriedProblem extends CodedError {
  readonly code: string;
  readonly status: number;
  readonly errors: readonly ProblemDetail[];

  constructor({ code, status, message, errors = [] }: CarriedError) {
    super(message);
    this.name = 'CarriedProblem';
    this.code = code;
    this.status = status;
    this.errors = errors;
  }
}
