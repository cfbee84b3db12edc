import type { PublishedRule, RuleSetRecord } from '#messaging';

type Rules = ReadonlyMap<string, PublishedRule>;

/**
 * Every epoch's rules, from the records of the rules log: each is a change to the one before, or whole. Only the newest set
 * is kept as such; an older one (needed when a partition is replayed) is made again from the snapshot before it.
 */
export class RuleHistory {
  private readonly records = new Map<number, RuleSetRecord>();
  private newest: { readonly epoch: number; readonly rules: Rules } = { epoch: 0, rules: new Map() };

  get latestEpoch(): number {
    return this.newest.epoch;
  }

  /** Takes the next record; a record seen before (published again after a crash) changes nothing. */
  add(record: RuleSetRecord): void {
    if (this.records.has(record.epoch)) return;
    this.records.set(record.epoch, record);
    if (record.epoch <= this.newest.epoch) return;
    const rules = this.rulesOf(record.epoch);
    if (rules) this.newest = { epoch: record.epoch, rules };
  }

  /** The rules of an epoch, in order of id; undefined while its record, or one that it builds on, has not come. Epoch 0 has none. */
  rules(epoch: number): readonly PublishedRule[] | undefined {
    const rules = this.rulesOf(epoch);
    return rules && [...rules.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  }

  private rulesOf(epoch: number): Rules | undefined {
    const changes: RuleSetRecord[] = [];
    for (let at = epoch; ; at--) {
      if (at === this.newest.epoch) return applied(this.newest.rules, changes);
      if (at === 0) return applied(new Map(), changes);
      const record = this.records.get(at);
      if (!record) return undefined;
      if (record.snapshot) return applied(new Map(record.snapshot.map((rule) => [rule.id, rule])), changes);
      changes.unshift(record);
    }
  }
}

function applied(base: Rules, records: readonly RuleSetRecord[]): Rules {
  const rules = new Map(base);
  for (const change of records.flatMap((record) => record.changes ?? [])) {
    if ('put' in change) rules.set(change.put.id, change.put);
    else rules.delete(change.remove);
  }
  return rules;
}
