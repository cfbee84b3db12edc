import { type Log, type PartitionListener, type Position, type RecordBatch, type Subscription, TOPICS } from '#messaging';
import type { Logger, Metrics } from '#platform';
import type { Store, StoredViolation } from '#store';
import type { API_METRICS } from '../metrics.js';
import { readerPosition } from './reader-position.js';
import { readViolation, storedViolation } from './stored-violation.js';

const READER = 'keep';

/**
 * Violations log → store. The position lies in the store and moves in the transaction that keeps the violations, so each is
 * kept once whatever crashes; the log's own position follows and serves its retention and lag only. When the store is not to
 * be had, the subscription repeats the batch.
 */
export class KeepViolations implements PartitionListener {
  private subscription: Subscription | undefined;

  constructor(
    private readonly log: Log,
    private readonly store: Store,
    private readonly metrics: Metrics<typeof API_METRICS>,
    private readonly logger: Logger,
  ) {}

  async start(): Promise<void> {
    this.subscription = await this.log.subscribe({ topic: TOPICS.violations, group: 'betrace-keep', listener: this });
  }

  async stop(): Promise<void> {
    await this.subscription?.close();
  }

  assigned(partition: number, _committed: Position | undefined): Promise<number> {
    return readerPosition(this.log, this.store, READER, partition);
  }

  async records({ partition, records, endOffset }: RecordBatch): Promise<void> {
    const last = records.at(-1);
    if (last === undefined) return;
    const violations = records.flatMap((record): StoredViolation[] => {
      try {
        return [storedViolation(readViolation(record), record)];
      } catch (error) {
        this.metrics.violationsUnreadable.inc({ reader: READER });
        this.logger.warn({ err: error, partition, offset: record.offset }, 'a record of the violations log is no violation');
        return [];
      }
    });
    const position = last.offset + 1;
    await this.store.keep({ reader: READER, partition, position, violations });
    this.metrics.violationsKept.inc(violations.length);
    this.metrics.keepLag.set({ partition: String(partition) }, endOffset - position);
    await this.subscription?.commit(partition, { offset: position, metadata: '' });
  }

  async revoked(partition: number): Promise<void> {
    this.metrics.keepLag.remove({ partition: String(partition) });
  }

  failed(error: Error, partition?: number): void {
    this.logger.error({ err: error, partition }, 'violations are not kept; it is tried again');
  }
}
