import type { Store, StoredRule } from '#store';
import type { EvaluationCounts } from './evaluation-counts.js';
import type { RuleHealthView } from './rule-health.dto.js';

const DAY = 86_400_000;

/** How rules fare: violations as the store has them, evaluations as evaluators tell through the log. */
export class RuleHealth {
  constructor(
    private readonly store: Pick<Store, 'ruleViolations'>,
    private readonly evaluations: Pick<EvaluationCounts, 'lastDay'>,
    private readonly now: () => number,
  ) {}

  /** The member that the answer about each of these rules gets. */
  async of(rules: readonly StoredRule[]): Promise<(rule: Pick<StoredRule, 'id'>) => { readonly health?: RuleHealthView }> {
    if (rules.length === 0) return () => ({});
    const now = this.now();
    const since = now - DAY;
    const kept = await this.store.ruleViolations(since);
    const counted = this.evaluations.lastDay(now);
    return ({ id }) => {
      const { counts, lastAt } = kept.get(id) ?? { counts: { open: 0, undecided: 0, retracted: 0 } };
      const evaluations = counted.get(id);
      const last = lastAt === undefined ? {} : { last_match_at: new Date(lastAt).toISOString() };
      const health: RuleHealthView = {
        since: new Date(since).toISOString(),
        violations: counts.open,
        undecided: counts.undecided,
        retracted: counts.retracted,
        never_matched: lastAt === undefined,
        ...last,
        evaluations: evaluations?.evaluations ?? 0,
        evaluation_errors: evaluations?.errors ?? 0,
        evaluation_seconds: Math.round(evaluations?.milliseconds ?? 0) / 1_000,
      };
      return { health };
    };
  }
}
