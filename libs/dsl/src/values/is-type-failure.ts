/** The error is about the type of a present value: not about a missing one, a budget, or an error that a script raises. */
export function isTypeFailure(message: string): boolean {
  return /\battempt to |\bbad argument/.test(message) && !/\bnil\b/.test(message);
}
