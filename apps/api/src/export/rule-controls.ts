import type { RuleControl, ViolationRecord } from '#records';
import { type Store, StoreError } from '#store';

/** Maximum of cached rule versions, which never change. */
const MAX_CACHED = 1_000;

type OfRule = Pick<ViolationRecord, 'rule_id' | 'rule_version'>;

/** The controls of the violated rule versions. */
export class RuleControls {
  private readonly known = new Map<string, readonly RuleControl[]>();

  constructor(private readonly store: Store) {}

  /** The controls of each violation, in order; empty if the version is not stored, or damaged. Rejects when the store is unavailable. */
  async of(violations: readonly OfRule[]): Promise<readonly (readonly RuleControl[])[]> {
    const controlsByRule = new Map<string, readonly RuleControl[]>();
    const found: (readonly RuleControl[])[] = [];
    for (const violation of violations) {
      const key = `${violation.rule_version} ${violation.rule_id}`;
      const controls = this.known.get(key) ?? controlsByRule.get(key) ?? (await this.ask(key, violation));
      controlsByRule.set(key, controls);
      found.push(controls);
    }
    return found;
  }

  private async ask(key: string, { rule_id, rule_version }: OfRule): Promise<readonly RuleControl[]> {
    const version = await this.store.ruleVersion(rule_id, rule_version).catch(withoutDamaged);
    const controls = version?.rule?.controls ?? [];
    const [oldest] = this.known.keys();
    if (this.known.size >= MAX_CACHED && oldest !== undefined) this.known.delete(oldest);
    // An unknown version may be taken over from a log later, so it is not cached.
    if (version !== undefined) this.known.set(key, controls);
    return controls;
  }
}

/** Ignores damage, which the store reports: exports do not wait for its repair. */
function withoutDamaged(error: unknown): undefined {
  if (error instanceof StoreError && !error.retryable) return undefined;
  throw error;
}
