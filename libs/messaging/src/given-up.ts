/** The reason for a listener that waits for something other than the log to end its call: its partition must be given up. The next owner continues. */
export class GivenUp extends Error {
  constructor() {
    super('the partition is given up');
  }
}

/** Whether the error is a `GivenUp`, or wraps one. */
export function isGivenUp(error: unknown): boolean {
  return error instanceof GivenUp || (error instanceof Error && error.cause instanceof GivenUp);
}
