import type { EngineRecord } from '#engine';
import type { Control, LogRecord } from '#messaging';
import type { AppliedAt } from './ingest-time.js';

/** The spans of a record that belong to its partition; `undefined` if there are none. */
export interface OwnSpans {
  readonly own: Uint8Array | undefined;
}

/**
 * A record of the spans log as the engine takes it: the one translation, for evaluators and replays. An epoch marker is applied by the owner of the rules; here
 * it only tells the time.
 * @param at when it is applied, and after which pause, by `IngestTime`
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
  // A control of a later version says nothing to this one but what time it is.
  return pause > 0 && control?.kind !== 'epoch' ? { kind: 'pause', offset, timestamp, pause } : { kind: 'tick', offset, timestamp };
}
