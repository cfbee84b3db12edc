import type { Store, StoredRule } from '#store';
import type { RuleHealthView } from './rule-health.dto.js';
import type { RuleStatusFollower } from './rule-status-follower.js';

const DAY = 86_400_000;

/** The health of rules: violations from the store; evaluations and shadow samples from the evaluators' records. */
export class RuleHealth {
  constructor(
    private readonly store: Pick<Store, 'ruleViolations'>,
    private readonly status: Pick<RuleStatusFollower, 'evaluations' | 'samplesOf'>,
    private readonly now: () => number,
  ) {}

  /** The member with the health for the answer about each of these rules. */
  async of(rules: readonly StoredRule[]): Promise<(rule: Pick<StoredRule, 'id'>) => { readonly health?: RuleHealthView }> {
    if (rules.length === 0) return () => ({});
    const now = this.now();
    const since = now - DAY;
    const stored = await this.store.ruleViolations(since);
    const counted = this.status.evaluations.lastDay(now);
    return ({ id }) => {
      const { counts, lastAt: keptAt } = stored.get(id) ?? { counts: { open: 0, undecided: 0, retracted: 0 } };
      const evaluations = counted.get(id);
      const lastAt = later(keptAt, this.lastInShadow(id));
      const last = lastAt === undefined ? {} : { last_match_at: new Date(lastAt).toISOString() };
      const health: RuleHealthView = {
        since: new Date(since).toISOString(),
        violations: counts.open,
        undecided: counts.undecided,
        retracted: counts.retracted,
        never_matched: lastAt === undefined && (evaluations?.matches ?? 0) === 0,
        ...last,
        evaluations: evaluations?.evaluations ?? 0,
        evaluation_errors: evaluations?.errors ?? 0,
        evaluation_seconds: Math.round(evaluations?.milliseconds ?? 0) / 1_000,
      };
      return { health };
    };
  }

  /** When the rule's newest matching sample was certain, Unix ms. */
  private lastInShadow(id: string): number | undefined {
    return this.status.samplesOf(id).find(({ status }) => status === 'open')?.timestamp_ms;
  }
}

function later(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
