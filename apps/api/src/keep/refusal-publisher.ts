import { type Log } from '#messaging';
import { type RuleStatusRecord, TOPICS, type ViolationRecord } from '#records';

/**
 * Publishes to a rule's status how many of its violations the store refused, in the same way as evaluators report dead letters. Every API shows it with the
 * rule. No work waits for it; after a failure it is published with the next refusal.
 */
export class RefusalPublisher {
  /** By rule, version and partition. */
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly log: Log,
    private readonly failed: (error: Error) => void,
  ) {}

  /** Resolves even if the status could not be published. */
  async note({ rule_id, rule_version, timestamp_ms, id }: ViolationRecord, partition: number, reason: string): Promise<void> {
    const counted = JSON.stringify([rule_id, rule_version, partition]);
    const errors = (this.counts.get(counted) ?? 0) + 1;
    this.counts.set(counted, errors);
    const status: RuleStatusRecord = {
      rule_id,
      rule_version,
      partition,
      source: 'store',
      errors,
      last_error: `violation ${id} is set aside: ${reason}`,
      last_error_at_ms: timestamp_ms,
    };
    try {
      await this.log.append(TOPICS.ruleStatus, [
        { partition: 0, key: `${rule_id}/store/${partition}`, value: Buffer.from(JSON.stringify(status)) },
      ]);
    } catch (error) {
      this.failed(error as Error);
    }
  }
}
