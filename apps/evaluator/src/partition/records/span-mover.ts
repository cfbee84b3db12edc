import { type DeadLetters, isRefusedForNow, isRefusedRecord, type Log, LogError, type LogRecord } from '#messaging';
import type { PartitionRequest } from '#otlp';
import { TOPICS } from '#records';
import { MOVED_HEADER } from '#replay';
import { retry } from '#waiting';

/** Maximum difference (ms) between the clocks of two partitions' brokers. */
const CLOCK_SKEW = 60_000;

/**
 * Appends the misplaced spans of one partition to the partitions where they belong. A successor moves nothing again, however long ago it was moved: each
 * moved record names its origin, and records of one partition are moved in order. Owned by one partition; never shared.
 */
export class SpanMover {
  /** By target: the last offset of this partition that was moved there. */
  private readonly moved = new Map<number, number>();

  constructor(
    private readonly partition: number,
    private readonly log: Log,
    private readonly deadLetters: DeadLetters,
    private readonly failed: (error: Error, pause: number) => void,
  ) {}

  /** Resolves when all parts of the record are acknowledged in their partitions; rejects only when `signal` is aborted. */
  async move(record: LogRecord, parts: readonly PartitionRequest[], signal: AbortSignal): Promise<void> {
    const options = { signal, failed: this.failed, longest: 5_000 };
    for (const { partition: target, value } of parts) {
      const last = this.moved.get(target) ?? (await retry(() => this.lastMoved(target, record.timestamp), options));
      this.moved.set(target, Math.max(last, record.offset));
      if (record.offset <= last) continue;
      const headers = { [MOVED_HEADER]: `${this.partition}:${record.offset}` };
      try {
        await retry(() => this.log.append(TOPICS.spans, [{ partition: target, value, headers }]), { ...options, hopeless });
      } catch (error) {
        if (signal.aborted || !(error instanceof Error) || !hopeless(error)) throw error;
        const reason = `its spans could not be moved to partition ${target}: ${error.message}`;
        await this.deadLetters.keep({ topic: TOPICS.spans, partition: this.partition, record, reason }, signal);
      }
    }
  }

  /** -1 when nothing of this partition was moved to the target since `timestamp`. */
  private async lastMoved(target: number, timestamp: number): Promise<number> {
    const from = await this.log.offsetAt(TOPICS.spans, target, timestamp - CLOCK_SKEW);
    let last = -1;
    for await (const { records } of this.log.read(TOPICS.spans, target, from)) {
      for (const { headers } of records) {
        const [partition, offset] = headers?.[MOVED_HEADER]?.split(':', 2) ?? [];
        if (Number(partition) === this.partition) last = Math.max(last, Number(offset));
      }
    }
    return last;
  }
}

const hopeless = (error: Error): boolean =>
  (isRefusedRecord(error) && !isRefusedForNow(error)) || (error instanceof LogError && !error.retryable);
