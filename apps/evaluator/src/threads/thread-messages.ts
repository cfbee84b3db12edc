import type { FinishedWork } from '#base';
import type { EvaluatedSpans } from '#platform';
import type { Measurement } from '../partition/account/measurements.js';
import type { LogTimeAhead } from '../partition/evaluator.js';
import type { RuleInForce } from '../rules/rule-series.js';

/** Messages of a thread to the main thread; the account only on request. */
export type FromThread =
  | { readonly type: 'ready' }
  | {
      readonly type: 'measured';
      /** Measurements since the last message. */
      readonly measurements: readonly Measurement[];
      /** Why it does not evaluate all of its partitions, if so. */
      readonly failure: string | undefined;
      /** The failure is due to the disk or the configuration: it does not pass by itself. */
      readonly damaged: boolean;
      /** The last records that retention deleted before they were evaluated, for a while. */
      readonly expired: string | undefined;
      /** Its partitions, and the offset before which everything is judged. */
      readonly positions: readonly (readonly [partition: number, offset: number])[];
      /** The rules in force in its partitions, when they have changed. */
      readonly rules: readonly RuleInForce[] | undefined;
      /** Partitions whose traces exceed the memory budget. */
      readonly full: readonly number[];
      /** The partition whose log time is the furthest ahead of this machine's clock, if one is. */
      readonly ahead: LogTimeAhead | undefined;
    }
  /** Work since the last message, where spans describe it. */
  | { readonly type: 'worked'; readonly works: readonly FinishedWork[] }
  | { readonly type: 'account'; readonly account: EvaluatedSpans }
  | { readonly type: 'warn'; readonly message: string; readonly error: Error }
  | {
      readonly type: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly message: string;
      readonly fields: Readonly<Record<string, string>>;
    }
  | { readonly type: 'stopped' };

/** Messages of the main thread to a thread. */
export interface ToThread {
  /** `account`: requests the account of its partitions' spans. */
  readonly type: 'stop' | 'account';
  /** With `stop`: its partitions do not wait for its next process. */
  readonly forGood?: boolean;
}
