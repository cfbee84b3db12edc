import type { EngineRecord } from '#engine';
import type { Control, LogRecord } from '#messaging';
import type { AppliedAt } from './ingest-time.js';

/** What of a record with spans belongs to its partition; `undefined`: nothing does. */
export interface OwnSpans {
  readonly own: Uint8Array | undefined;
}

/**
 * A record of the spans log as the engine takes it: the one translation, of evaluators and of whoever replays the log. An epoch marker is
 * one for the owner of the rules to apply, which is to say that it says here what time it is and no more.
 * @param at when it is applied, and after which pause, by `IngestTime`
 * @param misplaced of a record of another partitioner: what of it is to be judged here
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
