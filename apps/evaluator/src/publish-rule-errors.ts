import { type Log, TOPICS } from '#messaging';
import type { RuleErrors } from './rule-errors.js';

/** Milliseconds between two records of one partition: a rule that always fails must not fill the log. */
const INTERVAL = 1_000;

/**
 * Tells the API, through the log, which rules fail in a partition. Nothing waits for it: what could not be told is told
 * later, and counts start again with the partition's next evaluator.
 */
export class PublishRuleErrors {
  private publishedAt = Number.NEGATIVE_INFINITY;
  private underWay: Promise<void> | undefined;

  constructor(
    private readonly log: Log,
    private readonly errors: RuleErrors,
    private readonly monotonic: () => number,
  ) {}

  /** Publishes what changed, if it is time. */
  publish(): void {
    if (this.underWay !== undefined || this.monotonic() - this.publishedAt < INTERVAL) return;
    this.underWay = this.append().finally(() => {
      this.underWay = undefined;
    });
  }

  /** Publishes what is left; resolves also when that fails. */
  async end(): Promise<void> {
    await this.underWay;
    await this.append();
  }

  private async append(): Promise<void> {
    const statuses = this.errors.take();
    if (statuses.length === 0) return;
    this.publishedAt = this.monotonic();
    const records = statuses.map((status) => ({
      partition: 0,
      key: `${status.rule_id}/${status.partition}`,
      value: Buffer.from(JSON.stringify(status)),
    }));
    try {
      await this.log.append(TOPICS.ruleStatus, records);
    } catch {
      this.errors.putBack(statuses);
    }
  }
}
