/** The result of a check of `betrace doctor`. */
export interface Found {
  /** `ok`; `off`: not used; `warn`: it works, but may be a mistake; `fail`: the server would not work. */
  readonly grade: 'ok' | 'off' | 'warn' | 'fail';
  /** The result, and what to do about it. */
  readonly said: string;
}

export const ok = (said: string): Found => ({ grade: 'ok', said });
export const off = (said: string): Found => ({ grade: 'off', said });
export const warn = (said: string): Found => ({ grade: 'warn', said });

/** A failure with the message of an error. */
export function fail(error: unknown): Found {
  return { grade: 'fail', said: error instanceof Error ? error.message : String(error) };
}
