import { type Log } from '#messaging';
import type { Clock, FullPartitions } from '#platform';
import { type FullPartitionsRecord, TOPICS } from '#records';

/** Milliseconds between two records while a partition stays full; receivers drop a report after three of them. */
const REPEAT = 3_000;

/**
 * Reports full partitions to the receivers of other processes, through the log. Nothing waits for it, and a failed report is repeated with the next one:
 * reports come several times a second.
 */
export class FullPartitionsPublisher implements Pick<FullPartitions, 'report'> {
  /** By evaluator: the last report and its time. */
  private readonly published = new Map<string, { readonly partitions: readonly number[]; readonly at: number }>();

  constructor(
    private readonly log: Pick<Log, 'append'>,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  report(evaluator: string, partitions: readonly number[]): void {
    const last = this.published.get(evaluator);
    const changed = partitions.join() !== (last?.partitions.join() ?? '');
    const now = this.clock.monotonic();
    if (!changed && (partitions.length === 0 || now - (last?.at ?? 0) < REPEAT)) return;
    this.published.set(evaluator, { partitions, at: now });
    const value = Buffer.from(JSON.stringify({ evaluator, partitions } satisfies FullPartitionsRecord));
    this.log.append(TOPICS.fullPartitions, [{ partition: 0, key: evaluator, value }]).catch(() => {
      if (last === undefined) this.published.delete(evaluator);
      else this.published.set(evaluator, last);
    });
  }
}
