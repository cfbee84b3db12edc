/** The result of a check of `betrace doctor`. */
export interface CheckResult {
  /** `ok`; `off`: not used; `warn`: it works, but may be a mistake; `fail`: the server would not work. */
  readonly grade: 'ok' | 'off' | 'warn' | 'fail';
  /** The result, and what to do about it. */
  readonly said: string;
}

export const ok = (message: string): CheckResult => ({ grade: 'ok', said: message });
export const off = (message: string): CheckResult => ({ grade: 'off', said: message });
export const warn = (message: string): CheckResult => ({ grade: 'warn', said: message });

/** A failure with the message of an error. */
export function fail(error: unknown): CheckResult {
  return { grade: 'fail', said: error instanceof Error ? error.message : String(error) };
}
