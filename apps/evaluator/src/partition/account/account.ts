import type { Accounting, RuleAccount } from '#engine';
import { Measurements } from './measurements.js';

/** Milliseconds between two updates of every rule's counts: after each batch they would cost too much, with a thousand rules in four partitions. */
const RULES_INTERVAL_MS = 1_000;

/** The published counts of a rule. */
interface Told {
  evaluations: number;
  matches: number;
  time: number;
  readonly errors: Map<string, number>;
  readonly undecided: Map<string, number>;
}

/** Adds an engine's counts to the measurements: the differences since the last time. */
export class Account {
  private evaluated = 0;
  private duplicates = 0;
  private retried = 0;
  private conflicts = 0;
  private superseded = 0;
  private readonly rejected = new Map<string, number>();
  private readonly closed = new Map<string, number>();
  private readonly rules = new Map<string, Told>();
  /** Counts may have changed since. */
  private untold = false;
  private rulesToldAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly accounting: Accounting,
    private measurements: Measurements,
    private readonly monotonic: () => number,
  ) {}

  /** Another evaluator reports what was counted so far. */
  skip(): void {
    const { measurements } = this;
    this.measurements = new Measurements();
    this.update();
    this.updateRules();
    this.measurements = measurements;
  }

  /** Called after each batch. Counts by rule are published once a second. */
  update(): void {
    const { accounting, measurements } = this;
    measurements.count('spansEvaluated', {}, accounting.evaluated - this.evaluated);
    const retried = accounting.retried - this.retried;
    measurements.count('spansDuplicate', { kind: 'in_trace' }, accounting.duplicates - this.duplicates - retried);
    measurements.count('spansDuplicate', { kind: 'retried' }, retried);
    measurements.count('spansConflicting', {}, accounting.conflicts - this.conflicts);
    measurements.count('spansSuperseded', {}, accounting.superseded - this.superseded);
    this.evaluated = accounting.evaluated;
    this.duplicates = accounting.duplicates;
    this.retried = accounting.retried;
    this.conflicts = accounting.conflicts;
    this.superseded = accounting.superseded;
    for (const [reason, count] of Object.entries(accounting.rejected)) {
      measurements.count('spansRejected', { reason }, risen(this.rejected, reason, count));
    }
    for (const [reason, count] of Object.entries(accounting.closed)) {
      measurements.count('tracesClosed', { reason }, risen(this.closed, reason, count));
    }
    this.untold = true;
    this.updateRulesInTime();
  }

  /** Called even while no records come: publishes the counts by rule when they are due. */
  updateRulesInTime(): void {
    if (this.untold && this.monotonic() - this.rulesToldAt >= RULES_INTERVAL_MS) this.updateRules();
  }

  /** Publishes the counts by rule. */
  updateRules(): void {
    this.rulesToldAt = this.monotonic();
    this.untold = false;
    for (const [rule_id, rule] of this.accounting.rules) this.updateRule(rule_id, rule);
  }

  private updateRule(rule_id: string, rule: RuleAccount): void {
    let counted = this.rules.get(rule_id);
    if (counted === undefined)
      this.rules.set(rule_id, (counted = { evaluations: 0, matches: 0, time: 0, errors: new Map(), undecided: new Map() }));
    const { evaluations, matches, time } = rule;
    this.measurements.count('ruleEvaluations', { rule_id }, evaluations - counted.evaluations);
    this.measurements.count('ruleMatches', { rule_id }, matches - counted.matches);
    counted.evaluations = evaluations;
    counted.matches = matches;
    // Rounding may reduce a share when an epoch ends; a counter never decreases.
    if (time > counted.time) {
      this.measurements.count('ruleTime', { rule_id }, (time - counted.time) / 1_000);
      counted.time = time;
    }
    for (const [reason, count] of rule.undecided) {
      this.measurements.count('undecided', { rule_id, reason }, risen(counted.undecided, reason, count));
    }
    for (const [error, count] of rule.errors) {
      this.measurements.count('ruleEvaluationErrors', { rule_id, error }, risen(counted.errors, error, count));
    }
  }
}

function risen(before: Map<string, number>, key: string, now: number): number {
  const rise = now - (before.get(key) ?? 0);
  if (rise !== 0) before.set(key, now);
  return rise;
}
