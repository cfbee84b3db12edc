import type { Log, LogRecord, OutgoingRecord } from './log.js';
import { LogError } from './problems.js';
import { retry } from './retry.js';
import { TOPICS } from './topics.js';

/** Headers of a dead letter, beside those that the record had. */
export const DEAD_LETTER_HEADERS = {
  topic: 'betrace-dead-topic',
  partition: 'betrace-dead-partition',
  offset: 'betrace-dead-offset',
  reason: 'betrace-dead-reason',
  /** `true` when the record is too large to be kept with them: its value is only where it was found. */
  withoutValue: 'betrace-dead-without-value',
} as const;

/** A record that can't be read, and why. */
export interface DeadLetter {
  readonly topic: string;
  readonly partition: number;
  readonly record: LogRecord;
  readonly reason: string;
}

/** Puts records that can't be read aside, with where they lay and why, so that they can be looked at and sent again. */
export class DeadLetters {
  constructor(
    private readonly log: Log,
    private readonly failed: (error: Error, pause: number) => void,
  ) {}

  /** Resolves when the letter is in the log, however long that takes; rejects only when `signal` is aborted. */
  async keep(letter: DeadLetter, signal: AbortSignal): Promise<void> {
    try {
      await this.append(this.recordOf(letter), signal);
    } catch (error) {
      if (signal.aborted || !isHopeless(error)) throw error;
      const { headers, ...record } = this.recordOf(letter);
      const marked = { ...headers, [DEAD_LETTER_HEADERS.withoutValue]: 'true' };
      await this.append({ ...record, value: new Uint8Array(0), headers: marked }, signal);
    }
  }

  private async append(record: OutgoingRecord, signal: AbortSignal): Promise<void> {
    const options = { signal, failed: this.failed, hopeless: isHopeless, longest: 5_000 };
    await retry(() => this.log.append(TOPICS.deadLetters, [record]), options);
  }

  private recordOf({ topic, partition, record, reason }: DeadLetter): OutgoingRecord {
    return {
      partition: partition % this.log.partitions(TOPICS.deadLetters),
      ...(record.key === undefined ? {} : { key: record.key }),
      value: record.value,
      headers: {
        ...record.headers,
        [DEAD_LETTER_HEADERS.topic]: topic,
        [DEAD_LETTER_HEADERS.partition]: String(partition),
        [DEAD_LETTER_HEADERS.offset]: String(record.offset),
        [DEAD_LETTER_HEADERS.reason]: reason,
      },
    };
  }
}

const isHopeless = (error: unknown): boolean => error instanceof LogError && !error.retryable;
