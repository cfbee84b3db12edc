import { type LogRecord } from '#messaging';
import { TOPICS } from '#records';
import type { PartitionTools } from '../partition-tools.js';

/** Unreadable records, and records that failed because of a defect, until they are in the dead letters; each with its first reason. */
export class RecordsAside {
  private readonly waiting = new Map<number, { readonly record: LogRecord; readonly reason: string }>();

  constructor(
    private readonly partition: number,
    private readonly tools: Pick<PartitionTools, 'deadLetters' | 'signal'>,
  ) {}

  /** Records wait to be written. */
  get any(): boolean {
    return this.waiting.size > 0;
  }

  /** Returns false if it waits already. */
  add(record: LogRecord, reason: string): boolean {
    if (this.waiting.has(record.offset)) return false;
    this.waiting.set(record.offset, { record, reason });
    return true;
  }

  /** Resolves when all waiting records are written. If it rejects, the others still wait. */
  async keep(): Promise<void> {
    const { partition, waiting } = this;
    const { deadLetters, signal } = this.tools;
    for (const [offset, { record, reason }] of waiting) {
      await deadLetters.keep({ topic: TOPICS.spans, partition, record, reason }, signal);
      waiting.delete(offset);
    }
  }
}
