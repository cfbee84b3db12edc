import type { LogRecord } from '#messaging';
import { TOPICS } from '#records';
import { type Misplaced, misplacedSpans } from '#replay';
import { MisplacedSpans } from '../account/partition-account.js';
import type { PartitionTools } from '../partition-tools.js';
import { SpanMover } from './span-mover.js';

/** Spans that a producer with another partitioner wrote to this partition, until they are moved to the partitions of their traces. */
export class MisplacedRecords {
  /** Counted for the account. */
  readonly elsewhere = new MisplacedSpans();
  private waiting: { readonly record: LogRecord; readonly found: Misplaced }[] = [];
  private readonly mover: SpanMover;

  constructor(
    private readonly partition: number,
    private readonly tools: PartitionTools,
  ) {
    this.mover = new SpanMover(partition, tools.log, tools.deadLetters, tools.logFailed);
  }

  /** Records wait to be moved. */
  get any(): boolean {
    return this.waiting.length > 0;
  }

  /** Undefined where all spans belong here, or no other producer may write. */
  in(record: LogRecord, defect: (error: unknown) => void): Misplaced | undefined {
    const { log, foreignProducers } = this.tools;
    if (!foreignProducers) return undefined;
    try {
      return misplacedSpans(record, this.partition, log.partitions(TOPICS.spans));
    } catch (error) {
      defect(error);
      return undefined;
    }
  }

  /** @param moves whether this evaluator moves them */
  note(record: LogRecord, found: Misplaced, moves: boolean): void {
    this.elsewhere.note(found);
    if (!moves) return;
    this.waiting.push({ record, found });
    for (const { reason, spans } of found.rejections) this.tools.measurements.count('spansRejected', { reason }, spans);
  }

  async move(): Promise<void> {
    if (this.waiting.length === 0) return;
    const { signal, measurements } = this.tools;
    for (const { record, found } of this.waiting) {
      await this.mover.move(record, found.others, signal);
      measurements.count('spansMisplaced', {}, found.spans);
    }
    this.waiting = [];
    this.tools.misplaced(this.partition);
  }
}
