import type { Counter } from 'prom-client';
import { ERROR_TEXTS, OTHER_ERRORS } from '#engine';
import { BoundedLabel, type MetricDeclaration, type Metrics } from '#platform';
import { EVALUATOR_METRICS } from '../metrics.js';

/** A rule in force, as its series name it. */
export interface RuleInForce {
  readonly id: string;
  readonly name: string;
  readonly severity: string;
}

/** Milliseconds for which the series of a removed rule stay, so that its last values are scraped. */
const KEPT_MS = 5 * 60_000;

/** Maximum of rules whose series begin at once. */
const AT_ONCE = 500;

/** Rules choose the texts of their errors, and may put values of spans into them. */
const errorTexts = () => new BoundedLabel(ERROR_TEXTS, OTHER_ERRORS);

type Key = keyof typeof EVALUATOR_METRICS;
const isCounter = (key: Key) => (EVALUATOR_METRICS[key] as MetricDeclaration).type === 'counter';
const labelsOf = (key: Key): readonly string[] => (EVALUATOR_METRICS[key] as MetricDeclaration).labels ?? [];
const BY_RULE = (Object.keys(EVALUATOR_METRICS) as Key[]).filter((key) => isCounter(key) && labelsOf(key).includes('rule_id'));
/** Series that every rule in force has from the start: an alert on their increase must not wait for a second event. */
const FROM_START = ['violations', 'ruleMatches', 'ruleTime', 'ruleEvaluations', 'ruleEvaluationErrors'] as const satisfies readonly Key[];

/**
 * The metric series of rules. They begin at 0 when a rule comes into force in any thread, and end some time after the rule is gone. Otherwise the series of
 * deleted rules would stay until the process ends.
 */
export class RuleSeries {
  /** By thread: the rules in force there. */
  private readonly threads = new Map<string, ReadonlyMap<string, RuleInForce>>();
  /** Rules with series, and since when they are in force nowhere. */
  private readonly known = new Map<string, { goneAt: number | undefined; readonly errors: BoundedLabel }>();
  /** Rules whose series are yet to begin. */
  private readonly beginning: RuleInForce[] = [];
  private later: NodeJS.Immediate | undefined;

  constructor(
    private readonly metrics: Metrics<typeof EVALUATOR_METRICS>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The rules in force in a thread's partitions: all of them. */
  inForce(thread: string, rules: readonly RuleInForce[]): void {
    this.threads.set(thread, new Map(rules.map((rule) => [rule.id, rule])));
    for (const rule of rules) {
      const existing = this.known.get(rule.id);
      if (existing !== undefined && existing.goneAt === undefined) continue;
      this.known.set(rule.id, { goneAt: undefined, errors: existing?.errors ?? errorTexts() });
      this.beginning.push(rule);
    }
    this.beginSome();
    for (const [id, series] of this.known) if (series.goneAt === undefined && !this.isInForce(id)) series.goneAt = this.now();
  }

  /** Some thousand rules at once would block the requests of this process: the series beyond the first begin a little later. */
  private beginSome(): void {
    for (const rule of this.beginning.splice(0, AT_ONCE)) if (this.known.has(rule.id)) this.begin(rule);
    if (this.beginning.length === 0 || this.later !== undefined) return;
    this.later = setImmediate(() => {
      this.later = undefined;
      this.beginSome();
    });
  }

  /** A value was measured for a rule, perhaps one that was removed. */
  seen(id: string): void {
    if (!this.known.has(id)) this.known.set(id, { goneAt: this.isInForce(id) ? undefined : this.now(), errors: errorTexts() });
  }

  /** The label for the text of an error of a rule that was seen: each partition has its own first texts, and gets others when it moves. */
  errorOf(id: string, text: string): string {
    return this.known.get(id)?.errors.of(text) ?? OTHER_ERRORS;
  }

  /** Ends the series of rules that were removed long enough ago. */
  async sweep(): Promise<void> {
    const gone = [...this.known].filter(([, { goneAt }]) => goneAt !== undefined && this.now() - goneAt > KEPT_MS).map(([id]) => id);
    if (gone.length === 0) return;
    for (const id of gone) this.known.delete(id);
    const ids = new Set(gone);
    for (const key of BY_RULE) {
      const counter = this.metrics[key] as Counter<string>;
      for (const { labels } of (await counter.get()).values) if (ids.has(String(labels['rule_id']))) counter.remove(labels);
    }
  }

  private begin(rule: RuleInForce): void {
    for (const key of FROM_START) {
      const labels = labelsOf(key).map((label) => [label, VALUES[label]?.(rule) ?? '']);
      (this.metrics[key] as Counter<string>).inc(Object.fromEntries(labels), 0);
    }
  }

  private isInForce(id: string): boolean {
    for (const rules of this.threads.values()) if (rules.has(id)) return true;
    return false;
  }
}

/** The label value of a series at 0, without an event that names a service or an error. */
const VALUES: Readonly<Record<string, (rule: RuleInForce) => string>> = {
  rule_id: ({ id }) => id,
  rule_name: ({ name }) => name,
  severity: ({ severity }) => severity,
  fragment: () => 'false',
};
