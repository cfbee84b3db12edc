/** Why a listener that waits for something else than the log ends its call: its partition is to be given up. The next owner does the rest. */
export class GivenUp extends Error {
  constructor() {
    super('the partition is given up');
  }
}

/** Whether the error is that, or what a wait made of it that was ended by it. */
export function isGivenUp(error: unknown): boolean {
  return error instanceof GivenUp || (error instanceof Error && error.cause instanceof GivenUp);
}
