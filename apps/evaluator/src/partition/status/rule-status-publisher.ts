import { type Log } from '#messaging';
import { shadowKey, TOPICS } from '#records';
import type { PartitionRuleHealth } from '../../rules/partition-rule-health.js';
import type { RuleErrors } from '../../rules/rule-errors.js';
import type { ClosedTracePublisher } from './closed-trace-publisher.js';
import type { ShadowSamples } from './shadow-samples.js';

/** Milliseconds between two records of one partition, so that a rule that always fails does not fill the log. */
const INTERVAL_MS = 1_000;
/** Milliseconds between two health records of all rules. */
const HEALTH_INTERVAL_MS = 10_000;

/**
 * Publishes to `betrace.rule-status` what the API shows of one partition's rules: failing rules, the health of each rule, samples of rules in shadow, and
 * closed traces. Nothing waits for it. What could not be appended is appended with the next publication; counts restart with the partition's next evaluator.
 */
export class RuleStatusPublisher {
  private publishedAt = Number.NEGATIVE_INFINITY;
  private healthAt = Number.NEGATIVE_INFINITY;
  private underWay: Promise<void> | undefined;

  constructor(
    private readonly log: Log,
    private readonly errors: RuleErrors,
    private readonly health: PartitionRuleHealth,
    private readonly samples: ShadowSamples,
    private readonly closed: ClosedTracePublisher,
    private readonly monotonic: () => number,
  ) {}

  /** Publishes changes, if they are due. */
  publish(): void {
    if (this.underWay !== undefined || this.monotonic() - this.publishedAt < INTERVAL_MS) return;
    this.underWay = this.append().finally(() => {
      this.underWay = undefined;
    });
  }

  /** Publishes the rest; resolves also when that fails. */
  async end(): Promise<void> {
    await this.underWay;
    this.healthAt = Number.NEGATIVE_INFINITY;
    await this.append();
  }

  private async append(): Promise<void> {
    this.publishedAt = this.monotonic();
    await this.appendHealth();
    await this.appendSamples();
    const statuses = this.errors.take();
    if (statuses.length === 0) return;
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

  private async appendSamples(): Promise<void> {
    const samples = this.samples.records();
    if (samples.length === 0) return;
    const records = samples.map((record) => {
      return { partition: 0, key: shadowKey(record.rule_id, record.partition), value: Buffer.from(JSON.stringify(record)) };
    });
    await this.log.append(TOPICS.ruleStatus, records).catch(() => this.samples.untold(samples));
  }

  private async appendClosed(): Promise<void> {
    const closed = this.closed.records();
    if (closed.length === 0) return;
    const records = closed.map((record) => ({ partition: 0, key: this.closed.key(record), value: Buffer.from(JSON.stringify(record)) }));
    await this.log.append(TOPICS.ruleStatus, records).catch(() => this.closed.untold(closed));
  }

  private async appendHealth(): Promise<void> {
    if (this.monotonic() - this.healthAt < HEALTH_INTERVAL_MS) return;
    this.healthAt = this.monotonic();
    await this.appendClosed();
    const health = this.health.records();
    if (health.length === 0) return;
    const records = health.map(({ key, record }) => ({ partition: 0, key, value: Buffer.from(JSON.stringify(record)) }));
    await this.log.append(TOPICS.ruleStatus, records).catch(() => this.health.untold());
  }
}
