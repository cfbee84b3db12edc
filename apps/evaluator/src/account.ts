import type { Accounting } from '#engine';
import type { Measurements } from './measurements.js';

/** Brings what an engine counted into the measurements: the differences since the last time. */
export class Account {
  private evaluated = 0;
  private duplicates = 0;
  private readonly rejected = new Map<string, number>();
  private readonly closed = new Map<string, number>();
  private readonly evaluations = new Map<string, number>();
  private readonly errors = new Map<string, number>();

  constructor(
    private readonly accounting: Accounting,
    private readonly measurements: Measurements,
  ) {}

  /** Called after each batch. */
  update(): void {
    const { accounting, measurements } = this;
    measurements.count('spansEvaluated', {}, accounting.evaluated - this.evaluated);
    measurements.count('spansDuplicate', {}, accounting.duplicates - this.duplicates);
    this.evaluated = accounting.evaluated;
    this.duplicates = accounting.duplicates;
    for (const [reason, count] of Object.entries(accounting.rejected)) {
      measurements.count('spansRejected', { reason }, risen(this.rejected, reason, count));
    }
    for (const [reason, count] of Object.entries(accounting.closed)) {
      measurements.count('tracesClosed', { reason }, risen(this.closed, reason, count));
    }
    let evaluations = 0;
    for (const [rule_id, rule] of accounting.rules) {
      evaluations += risen(this.evaluations, rule_id, rule.evaluations);
      for (const [error, count] of rule.errors) {
        measurements.count('ruleEvaluationErrors', { rule_id, error }, risen(this.errors, `${rule_id} ${error}`, count));
      }
    }
    measurements.count('ruleEvaluations', {}, evaluations);
  }
}

function risen(before: Map<string, number>, key: string, now: number): number {
  const rise = now - (before.get(key) ?? 0);
  if (rise !== 0) before.set(key, now);
  return rise;
}
