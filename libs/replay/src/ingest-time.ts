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
  /** Ms; 0 mostly. */
  readonly pause: number;
}

/**
 * Distinguishes a trace's silence from that of ingest, in one partition of a log in Kafka (docs/decisions/0019). Ingest appends presence records. When
 * they are late, ingest could not append: the silence is a pause, even if spans that were in flight end it. While the next one is due, time stops,
 * whatever evaluators and APIs append meanwhile. All of this follows from the records alone, so that every reader finds the same. Without any presence
 * record (the embedded log has its own way, older versions have none), time is the records' time.
 */
export class IngestTime {
  /** Log time of ingest's last record, and of the last tick or spans that ended a silence. */
  private heard: number | undefined;
  private said: number | undefined;
  private heardAt: number;
  /** Spans ended a silence, and no tick came since. */
  private endedSilence = false;

  constructor(private readonly monotonic: () => number) {
    this.heardAt = monotonic();
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
    if (isPresent) time.said ??= time.heard;
    return time;
  }

  take({ timestamp, headers }: LogRecord, control: Control | undefined): AppliedAt {
    const says = control?.kind === 'alive';
    if (!says && (control !== undefined || headers?.[MOVED_HEADER] !== undefined)) return { timestamp: this.standing(timestamp), pause: 0 };
    const { heard } = this;
    this.heard = timestamp;
    this.heardAt = this.monotonic();
    const silence = heard === undefined ? 0 : timestamp - heard;
    const isPause = this.isHeardOf(timestamp, says, silence > INGEST_SILENT_MS) && silence > INGEST_SILENT_MS;
    return { timestamp, pause: isPause ? silence - INGEST_DUE : 0 };
  }

  /** Whether the appender shows its presence: by a presence record, by spans soon after one, or by the first spans that end a silence. */
  private isHeardOf(timestamp: number, says: boolean, endsSilence: boolean): boolean {
    if (says) {
      this.said = timestamp;
      this.endedSilence = false;
      return true;
    }
    if (this.said === undefined) return false;
    if (endsSilence && !this.endedSilence) {
      this.said = timestamp;
      this.endedSilence = true;
    } else if (timestamp - this.said > NEVER_WRITTEN_MS) this.said = undefined;
    return this.said !== undefined;
  }

  /** Ingest shows its presence, as far as is known. */
  get says(): boolean {
    return this.said !== undefined;
  }

  /** Its next record is due, so time stands: a tick would change nothing. Only for a reader at the end of the log. */
  get stands(): boolean {
    return this.said !== undefined && this.monotonic() - this.heardAt > INGEST_DUE;
  }

  private standing(timestamp: number): number {
    return this.said === undefined || this.heard === undefined ? timestamp : Math.min(timestamp, this.heard + INGEST_DUE);
  }
}
