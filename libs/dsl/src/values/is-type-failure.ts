/** The error is about the type of a value that is there: not about a missing one, a budget, or what a script raises itself. */
export function isTypeFailure(message: string): boolean {
  return /\battempt to |\bbad argument/.test(message) && !/\bnil\b/.test(message);
}
