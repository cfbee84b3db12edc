import { type Log, readPositionMetadata } from '#messaging';
import { EVALUATORS, TOPICS } from '#records';

/** How long (ms) a reading is reused, so that open pages share one request to the brokers. */
const CACHE_MS = 2_000;

/** The evaluators' progress in a partition of the spans log, as committed: at most about a second old. */
export interface PartitionProgress {
  readonly partition: number;
  /** The oldest offset of the log, and the offset after the newest record. */
  readonly start: number;
  readonly end: number;
  /** All earlier records are judged, with their violations in the log; undefined before the first commit. */
  readonly judged?: number;
  /** Unix ms, log time, up to which traces are closed. */
  readonly logTime?: number;
}

export interface Progress {
  /** Unix ms, log time, of the reading. */
  readonly at: number;
  readonly partitions: readonly PartitionProgress[];
}

/** The progress of all evaluators, from their positions in the log. */
export class EvaluationProgress {
  private last: { readonly at: number; readonly progress: Promise<Progress> } | undefined;

  constructor(
    private readonly log: Pick<Log, 'partitions' | 'bounds' | 'committed' | 'now'>,
    private readonly monotonic: () => number,
  ) {}

  /** Rejects the log's error. */
  read(): Promise<Progress> {
    const now = this.monotonic();
    if (this.last === undefined || now - this.last.at >= CACHE_MS) {
      const progress = this.readNow();
      this.last = { at: now, progress };
      progress.catch(() => {
        this.last = undefined;
      });
    }
    return this.last.progress;
  }

  private async readNow(): Promise<Progress> {
    const all = Array.from({ length: this.log.partitions(TOPICS.spans) }, (_, partition) => this.ofPartition(partition));
    const partitions = await Promise.all(all);
    return { at: this.log.now(), partitions };
  }

  private async ofPartition(partition: number): Promise<PartitionProgress> {
    // The position first: records appended meanwhile must not count as judged.
    const position = await this.log.committed(TOPICS.spans, EVALUATORS, partition);
    const { start, end } = await this.log.bounds(TOPICS.spans, partition);
    // A position beyond the end belongs to a former log.
    if (position === undefined || position.offset > end) return { partition, start, end };
    const { published, logTime } = readPositionMetadata(position.metadata) ?? {};
    // Records that wait for open traces are judged too: a successor reads them again, with the same verdicts.
    const judged = Math.min(end, Math.max(position.offset, published ?? 0));
    return { partition, start, end, judged, ...(logTime === undefined ? {} : { logTime }) };
  }
}
