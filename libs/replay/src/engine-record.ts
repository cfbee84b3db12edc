import type { EngineRecord } from '#engine';
import type { Control, LogRecord } from '#messaging';
import type { AppliedAt } from './ingest-time.js';

/** The spans of a record that belong to its partition; `undefined` if there are none. */
export interface OwnSpans {
  readonly own: Uint8Array | undefined;
}

/**
 * Converts a record of the spans log for the engine: the only such conversion, for evaluators and replays. The owner of the rules applies an epoch marker;
 * here it only advances time.
 * @param at when it is applied, and after which pause; from `IngestTime`
 * @param misplaced for a record of another partitioner: the spans to be judged here
 */
export function engineRecord(
  { offset, value }: LogRecord,
  control: Control | undefined,
  { timestamp, pause: silence }: AppliedAt,
  misplaced: OwnSpans | undefined,
): EngineRecord {
  const pause = control?.kind === 'pause' ? control.pause : silence;
  const spans = misplaced === undefined ? value : misplaced.own;
  if (control === undefined && spans !== undefined)
    return { kind: 'spans', offset, timestamp, value: spans, ...(pause > 0 ? { pause } : {}) };
  // A control record of a later version only advances time for this one.
  return pause > 0 && control?.kind !== 'epoch' ? { kind: 'pause', offset, timestamp, pause } : { kind: 'tick', offset, timestamp };
}
