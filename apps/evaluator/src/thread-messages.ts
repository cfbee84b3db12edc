import type { Measurement } from './measurements.js';

/** What a thread tells the main thread, without being asked. */
export type FromThread =
  | { readonly type: 'ready' }
  /** What it measured since the last message, and why it does not evaluate all of its partitions, if so. */
  | { readonly type: 'measured'; readonly measurements: readonly Measurement[]; readonly failure: string | undefined }
  | { readonly type: 'warn'; readonly message: string; readonly error: Error }
  | {
      readonly type: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly message: string;
      readonly fields: Readonly<Record<string, string>>;
    }
  | { readonly type: 'stopped' };

/** What the main thread tells a thread. */
export interface ToThread {
  readonly type: 'stop';
}
