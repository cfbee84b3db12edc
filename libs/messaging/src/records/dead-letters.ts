import { TOPICS } from '#records';
import { retry } from '#waiting';
import type { Log, LogRecord, OutgoingRecord } from '../log.js';
import { isRefusedRecord, LogError } from '../problems.js';

/** Headers of a dead letter, in addition to those of the record. */
const DEAD_LETTER_HEADERS = {
  topic: 'betrace-dead-topic',
  partition: 'betrace-dead-partition',
  /** Absent when the record never got into the topic. */
  offset: 'betrace-dead-offset',
  reason: 'betrace-dead-reason',
  /** The rule of the violation in the record. */
  rule: 'betrace-dead-rule',
  /** `true` when the record is too large to be kept: its value is only at its original place. */
  withoutValue: 'betrace-dead-without-value',
} as const;

/** Maximum of UTF-16 units of a reason: it may contain values, and must never make a letter too large. */
const MAX_REASON_LENGTH = 2_000;

/** A record that cannot be read, evaluated, published or stored, with the reason. */
export interface DeadLetter {
  readonly topic: string;
  readonly partition: number;
  readonly record: Pick<LogRecord, 'key' | 'value' | 'headers'> & { readonly offset?: number };
  readonly reason: string;
  readonly rule?: string;
}

/** Writes records that cannot be processed to the dead letters, with their place and the reason, so that they can be examined and sent again. */
export class DeadLetters {
  constructor(
    private readonly log: Log,
    private readonly failed: (error: Error, pause: number) => void,
  ) {}

  /**
   * Resolves when the letter is in the log, however long that takes. If the log refuses a letter, it is kept without its value, then without everything that
   * is not BeTrace's own. Rejects when `signal` is aborted, or the log cannot be used at all.
   */
  async keep(letter: DeadLetter, signal: AbortSignal): Promise<void> {
    const whole = this.recordOf(letter);
    const marked = { ...whole, value: new Uint8Array(0), headers: { ...whole.headers, [DEAD_LETTER_HEADERS.withoutValue]: 'true' } };
    const { partition, headers } = this.recordOf({ ...letter, record: { ...letter.record, headers: {} } });
    const bare = { partition, value: marked.value, headers: { ...headers, [DEAD_LETTER_HEADERS.withoutValue]: 'true' } };
    for (const record of [whole, marked, bare]) {
      try {
        await this.append(record, signal);
        return;
      } catch (error) {
        if (signal.aborted || !isHopeless(error) || record === bare) throw error;
      }
    }
  }

  private async append(record: OutgoingRecord, signal: AbortSignal): Promise<void> {
    const options = { signal, failed: this.failed, hopeless: isHopeless, longest: 5_000 };
    await retry(() => this.log.append(TOPICS.deadLetters, [record]), options);
  }

  private recordOf({ topic, partition, record, reason, rule }: DeadLetter): OutgoingRecord {
    return {
      partition: partition % this.log.partitions(TOPICS.deadLetters),
      ...(record.key === undefined ? {} : { key: record.key }),
      value: record.value,
      headers: {
        ...record.headers,
        [DEAD_LETTER_HEADERS.topic]: topic,
        [DEAD_LETTER_HEADERS.partition]: String(partition),
        ...(record.offset === undefined ? {} : { [DEAD_LETTER_HEADERS.offset]: String(record.offset) }),
        ...(rule === undefined ? {} : { [DEAD_LETTER_HEADERS.rule]: rule }),
        [DEAD_LETTER_HEADERS.reason]: reason.slice(0, MAX_REASON_LENGTH).toWellFormed(),
      },
    };
  }
}

const isHopeless = (error: unknown): boolean => isRefusedRecord(error) || (error instanceof LogError && !error.retryable);
