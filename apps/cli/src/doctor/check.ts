/** What a check of `betrace doctor` found. */
export interface Found {
  /** `ok`; `off`: not used; `warn`: it works, and may not be meant; `fail`: the server would not work. */
  readonly grade: 'ok' | 'off' | 'warn' | 'fail';
  /** The result, and what to do about it. */
  readonly said: string;
}

export const ok = (said: string): Found => ({ grade: 'ok', said });
export const off = (said: string): Found => ({ grade: 'off', said });
export const warn = (said: string): Found => ({ grade: 'warn', said });

/** What an error says is what its reader has to know. */
export function fail(error: unknown): Found {
  return { grade: 'fail', said: error instanceof Error ? error.message : String(error) };
}
