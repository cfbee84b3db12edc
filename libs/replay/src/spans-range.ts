import { type AssemblySettings, contextWindow } from '#engine';
import { controlOf, type LogRecord } from '#messaging';
import { TOPICS } from '#records';
import { IngestTime } from './ingest-time.js';
import type { ReplayedLog } from './replayed-log.js';

/** The traces of one partition to judge: those whose first span is from `judgeFrom` on and before `until`. */
export interface SpansRange {
  readonly partition: number;
  readonly judgeFrom: number;
  readonly until: number;
  /** After the last record. */
  readonly end: number;
  /** Oldest record kept. */
  readonly start: number;
  /** Log time of the oldest record, Unix ms; undefined when there is none. */
  readonly oldest: number | undefined;
  /** Log time of the record at `judgeFrom`, Unix ms; undefined when there is nothing to judge. */
  readonly time: number | undefined;
  /** Log time from which traces are known from their beginning, if later than requested: the log no longer has earlier records. */
  readonly knownFrom?: number;
}

/**
 * The range of a partition for a time of the log (Unix ms; undefined: from the beginning, to the current end). After deleted
 * records, a trace that seems to begin may have begun among them: judging starts later, by the time for which traces are remembered.
 */
export async function spansRange(
  log: ReplayedLog,
  partition: number,
  { from, to }: { readonly from?: number | undefined; readonly to?: number | undefined },
  settings: AssemblySettings,
): Promise<SpansRange> {
  const { start, end } = await log.bounds(TOPICS.spans, partition);
  const rangeStart = from === undefined ? start : await offsetAt(log, partition, from, start, end);
  const until = to === undefined ? end : await offsetAt(log, partition, to, start, end);
  const known = start > 0 && rangeStart < until ? await knownOffset(log, partition, start, until, contextWindow(settings)) : start;
  const judgeFrom = Math.max(rangeStart, known);
  const time = judgeFrom < until ? await timeAt(log, partition, judgeFrom) : undefined;
  const oldest = await timeAt(log, partition, start);
  const knownFrom = judgeFrom > rangeStart ? (time ?? (await timeAt(log, partition, judgeFrom - 1))) : undefined;
  return {
    partition,
    judgeFrom,
    until: Math.max(until, judgeFrom),
    end,
    start,
    oldest,
    time,
    ...(knownFrom === undefined ? {} : { knownFrom }),
  };
}

/** The first offset, up to `until`, that is this many ms after the oldest record, without pauses. */
async function knownOffset(log: ReplayedLog, partition: number, start: number, until: number, window: number): Promise<number> {
  const time = new IngestTime(() => 0);
  let oldest: number | undefined;
  let paused = 0;
  for await (const { records } of log.read(TOPICS.spans, partition, start, until)) {
    for (const record of records) {
      const pause = pauseAt(record, time);
      // Its time before the oldest record does not matter.
      if (oldest === undefined) oldest = record.timestamp;
      else paused += pause;
      if (record.timestamp - oldest - paused >= window) return record.offset;
    }
  }
  return until;
}

/** Milliseconds of the pause in a record; mostly 0. */
export function pauseAt(record: LogRecord, time: IngestTime): number {
  const control = controlOf(record);
  const { pause } = time.take(record, control);
  return control?.kind === 'pause' ? control.pause : pause;
}

async function offsetAt(log: ReplayedLog, partition: number, time: number, start: number, end: number): Promise<number> {
  return Math.min(end, Math.max(start, await log.offsetAt(TOPICS.spans, partition, time)));
}

async function timeAt(log: ReplayedLog, partition: number, offset: number): Promise<number | undefined> {
  for await (const { records } of log.read(TOPICS.spans, partition, offset, offset + 1)) return records[0]?.timestamp;
  return undefined;
}
