import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RuleSetRecord } from '#records';
import type { Store } from '#store';

/** Maximum of cached rule sets. */
const MAX_CACHED = 200;

/** The versions of the rules that a rule set enforces, by id of the rule. */
export type EnforcedVersions = ReadonlyMap<string, number>;

/** The enforced rules of each rule set, cached because a rule set does not change. A lost one may be replaced, so it is read again. */
export class EnforcedRuleSets {
  private readonly known = new Map<number, EnforcedVersions>();

  constructor(private readonly store: Pick<Store, 'ruleSet'>) {}

  /** Undefined when the rule set is lost. */
  async of(epoch: number): Promise<EnforcedVersions | undefined> {
    // Before any rule was saved.
    if (epoch === 0) return new Map();
    const existing = this.known.get(epoch);
    if (existing !== undefined) return existing;
    // SQLite's calls are synchronous: without this pause no other work would run.
    await nextTurn();
    const text = await this.store.ruleSet(epoch);
    if (text === undefined) return undefined;
    const { snapshot = [] } = JSON.parse(text) as RuleSetRecord;
    const enforced = new Map(snapshot.filter(({ mode }) => mode !== 'shadow').map(({ id, version }) => [id, version]));
    const [oldest] = this.known.keys();
    if (this.known.size >= MAX_CACHED && oldest !== undefined) this.known.delete(oldest);
    this.known.set(epoch, enforced);
    return enforced;
  }
}
