import { type Log, readPositionMetadata } from '#messaging';
import { EVALUATORS, TOPICS } from '#records';

/** How long (ms) a reading is reused, so that pages which are open cost the brokers one question together. */
const FRESH = 2_000;

/** How far the evaluators are in a partition of the spans log, as they committed it: at most about a second ago. */
export interface PartitionProgress {
  readonly partition: number;
  /** The oldest record that the log has, and the offset behind the newest. */
  readonly start: number;
  readonly end: number;
  /** All before it is judged, and its violations are in their log; undefined while no evaluator has committed anything. */
  readonly judged?: number;
  /** Unix ms, log time, up to which traces are closed there. */
  readonly logTime?: number;
}

export interface Progress {
  /** Unix ms, log time, of the reading. */
  readonly at: number;
  readonly partitions: readonly PartitionProgress[];
}

/** How far all evaluators are, wherever they run: it is in the log, as their positions. */
export class EvaluationProgress {
  private last: { readonly at: number; readonly progress: Promise<Progress> } | undefined;

  constructor(
    private readonly log: Pick<Log, 'partitions' | 'bounds' | 'committed' | 'now'>,
    private readonly monotonic: () => number,
  ) {}

  /** Rejects with the log's error when it cannot be read. */
  read(): Promise<Progress> {
    const now = this.monotonic();
    if (this.last === undefined || now - this.last.at >= FRESH) {
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
    // The position first: what is appended meanwhile must not seem to be judged.
    const position = await this.log.committed(TOPICS.spans, EVALUATORS, partition);
    const { start, end } = await this.log.bounds(TOPICS.spans, partition);
    // Beyond the end: of another log, that this one took the place of.
    if (position === undefined || position.offset > end) return { partition, start, end };
    const { published, logTime } = readPositionMetadata(position.metadata) ?? {};
    // What waits for open traces is judged, too: a successor reads it again, and finds the same.
    const judged = Math.min(end, Math.max(position.offset, published ?? 0));
    return { partition, start, end, judged, ...(logTime === undefined ? {} : { logTime }) };
  }
}
