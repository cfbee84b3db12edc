import { TOPICS } from '#records';

/** The required properties of a topic, which is created or verified when the log opens. */
export interface TopicSpecification {
  readonly name: string;
  readonly partitions: number;
  /** Records older than this (ms) may be deleted once all groups passed them; undefined keeps them. */
  readonly retention?: number;
  /** Keeps the last record per key; records without a key are kept. */
  readonly compacted?: boolean;
  /** Control records show when nothing could be appended: for how long (embedded log), or that appends are possible (Kafka). */
  readonly pauses?: boolean;
  /**
   * Approximate maximum bytes. Above it, the oldest records that all groups passed are deleted. If only unread ones remain, appends are refused as unavailable.
   * Embedded log only; default in memory 256 MiB, on disk no bound.
   */
  readonly maxBytes?: number;
}

/**
 * The topics as BeTrace needs them: spans and violations over `partitions`, kept for `retention` ms; rules, their status, full
 * partitions and dead letters in one partition.
 */
export function topicSpecifications(options: { readonly partitions: number; readonly retention?: number }): readonly TopicSpecification[] {
  const aged = options.retention === undefined ? {} : { retention: options.retention };
  return [
    { name: TOPICS.spans, partitions: options.partitions, pauses: true, ...aged },
    { name: TOPICS.violations, partitions: options.partitions, ...aged },
    { name: TOPICS.rules, partitions: 1, compacted: true },
    { name: TOPICS.ruleStatus, partitions: 1, compacted: true },
    { name: TOPICS.fullPartitions, partitions: 1, compacted: true },
    { name: TOPICS.deadLetters, partitions: 1, ...aged },
  ];
}
