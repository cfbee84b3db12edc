import { type Log, type LogRecord, retry, TOPICS } from '#messaging';

/** Puts records that can't be read aside, with where they lay and why, so that they can be looked at and sent again. */
export class DeadLetters {
  constructor(
    private readonly log: Log,
    private readonly failed: (error: Error, pause: number) => void,
  ) {}

  /** Rejects only when `signal` is aborted. */
  async keep(partition: number, record: LogRecord, reason: string, signal: AbortSignal): Promise<void> {
    const letter = {
      partition: partition % this.log.partitions(TOPICS.deadLetters),
      ...(record.key === undefined ? {} : { key: record.key }),
      value: record.value,
      headers: {
        ...record.headers,
        'betrace-dead-topic': TOPICS.spans,
        'betrace-dead-partition': String(partition),
        'betrace-dead-offset': String(record.offset),
        'betrace-dead-reason': reason,
      },
    };
    await retry(() => this.log.append(TOPICS.deadLetters, [letter]), { signal, failed: this.failed, longest: 5_000 });
  }
}
