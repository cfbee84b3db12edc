import { type Control, controlOf, type Log, type LogRecord } from '#messaging';
import { TOPICS } from '#records';
import { MOVED_HEADER } from './misplaced-spans.js';

/** Ingest shows its presence at least every two seconds, mostly after this time (ms). Records of others do not advance time further beyond its last one. */
export const INGEST_DUE = 1_500;
/** After this time (ms) without a record ingest is absent, or cannot append. A busy one is late by less. */
const INGEST_SILENT_MS = 5_000;
/** If spans come without such a record for this long (ms), their senders never write it. */
const NEVER_WRITTEN_MS = 60_000;
/** Number of records before the first one in which the last such record is sought. */
const LOOKED_THROUGH = 100;

/** When a record is applied, and how long nothing could be appended before it. */
export interface AppliedAt {
  /** Unix ms. */
  readonly timestamp: number;
  /** Ms; mostly 0. */
  readonly pause: number;
}

/**
 * Distinguishes a trace's silence from that of ingest, in one partition of a log in Kafka (docs/decisions/0019). Ingest appends presence records. When
 * they are late, ingest could not append: the silence is a pause, even if spans that were in flight end it. While the next one is due, time stops, regardless
 * of records that evaluators and APIs append meanwhile. All of this follows from the records alone, so that every reader finds the same. Without any presence
 * record (the embedded log has another mechanism, older versions have none), time is the records' time.
 */
export class IngestTime {
  /** Log time of ingest's last record, and of the last tick or spans that ended a silence. */
  private lastTimestamp: number | undefined;
  /** Log time at which ingest last showed its presence; undefined if it never did. */
  private presenceAt: number | undefined;
  /** Monotonic ms at which the last record of ingest was read. */
  private readAt: number;
  /** Spans ended a silence, and no tick came since. */
  private endedSilence = false;

  constructor(private readonly monotonic: () => number) {
    this.readAt = monotonic();
  }

  /**
   * The state at an offset, from the records before it.
   * @param ingest had shown its presence by then, perhaps before the records that are read
   */
  static async before(
    log: Pick<Log, 'read' | 'bounds'>,
    partition: number,
    offset: number,
    monotonic: () => number,
    isPresent = false,
  ): Promise<IngestTime> {
    const time = new IngestTime(monotonic);
    const { start } = await log.bounds(TOPICS.spans, partition);
    const from = Math.max(start, offset - LOOKED_THROUGH);
    if (from >= offset) return time;
    for await (const { records } of log.read(TOPICS.spans, partition, from, offset)) {
      for (const record of records) time.take(record, controlOf(record));
    }
    if (isPresent) time.presenceAt ??= time.lastTimestamp;
    return time;
  }

  take({ timestamp, headers }: LogRecord, control: Control | undefined): AppliedAt {
    const isPresenceRecord = control?.kind === 'alive';
    if (!isPresenceRecord && (control !== undefined || headers?.[MOVED_HEADER] !== undefined))
      return { timestamp: this.standing(timestamp), pause: 0 };
    const { lastTimestamp } = this;
    this.lastTimestamp = timestamp;
    this.readAt = this.monotonic();
    const silence = lastTimestamp === undefined ? 0 : timestamp - lastTimestamp;
    const isPause = this.showsPresence(timestamp, isPresenceRecord, silence > INGEST_SILENT_MS) && silence > INGEST_SILENT_MS;
    return { timestamp, pause: isPause ? silence - INGEST_DUE : 0 };
  }

  /** Whether the appender shows its presence: by a presence record, by spans soon after one, or by the first spans that end a silence. */
  private showsPresence(timestamp: number, isPresenceRecord: boolean, endsSilence: boolean): boolean {
    if (isPresenceRecord) {
      this.presenceAt = timestamp;
      this.endedSilence = false;
      return true;
    }
    if (this.presenceAt === undefined) return false;
    if (endsSilence && !this.endedSilence) {
      this.presenceAt = timestamp;
      this.endedSilence = true;
    } else if (timestamp - this.presenceAt > NEVER_WRITTEN_MS) this.presenceAt = undefined;
    return this.presenceAt !== undefined;
  }

  /** Ingest shows its presence, as far as is known. */
  get isPresent(): boolean {
    return this.presenceAt !== undefined;
  }

  /** Its next record is due, so time stands: a tick would change nothing. Only for a reader at the end of the log. */
  get isStopped(): boolean {
    return this.presenceAt !== undefined && this.monotonic() - this.readAt > INGEST_DUE;
  }

  private standing(timestamp: number): number {
    return this.presenceAt === undefined || this.lastTimestamp === undefined
      ? timestamp
      : Math.min(timestamp, this.lastTimestamp + INGEST_DUE);
  }
}
