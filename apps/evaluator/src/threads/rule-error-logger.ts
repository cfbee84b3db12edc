import type { Clock, Logger } from '#platform';
import type { Measurement } from '../partition/account/measurements.js';

/** An error that repeats with every span is logged once a minute, with its count. */
const QUIET = 60_000;

/** Logs which rules failed and why, so that a rule that never matches can be found without metrics. */
export class RuleErrorLogger {
  private readonly logged = new Map<string, { at: number; count: number }>();

  constructor(
    private readonly logger: Logger,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  report(measurements: readonly Measurement[]): void {
    const now = this.clock.monotonic();
    for (const { metric, labels, value } of measurements) {
      if (metric !== 'ruleEvaluationErrors') continue;
      const { rule_id, error } = labels;
      const key = `${rule_id} ${error}`;
      const before = this.logged.get(key) ?? { at: Number.NEGATIVE_INFINITY, count: 0 };
      before.count += value;
      if (now - before.at >= QUIET) {
        this.logger.warn({ rule_id, error, count: before.count }, `rule evaluation error: rule ${rule_id}: ${error}`);
        before.at = now;
        before.count = 0;
      }
      this.logged.set(key, before);
    }
  }
}
