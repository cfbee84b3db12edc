import type { PublishedRule, RuleSetRecord } from '#records';

/** In the order of ids. */
type Rules = readonly PublishedRule[];

interface RulesAt {
  readonly epoch: number;
  readonly rules: Rules;
}

/**
 * Every epoch's rules, from the records of the rules log: each is a change to the former one, or a snapshot. Only the newest set, and the last one requested,
 * are kept. An older one (for a replay of a partition) is rebuilt from the last one requested or from a snapshot. So a replay through a thousand changes
 * costs a thousand changes.
 */
export class RuleHistory {
  private readonly records = new Map<number, RuleSetRecord>();
  private newest: RulesAt = { epoch: 0, rules: [] };
  private lastFound: RulesAt = this.newest;

  get latestEpoch(): number {
    return this.newest.epoch;
  }

  /** The epochs whose records came. */
  get epochs(): ReadonlySet<number> {
    return new Set(this.records.keys());
  }

  /** Takes the next record; a repeated record (published again after a crash) changes nothing. */
  add(record: RuleSetRecord): void {
    if (this.records.has(record.epoch)) return;
    this.records.set(record.epoch, record);
    // Records of later epochs may have come before: a log that was created again gets its missing records after a new change.
    for (let epoch = record.epoch; this.records.has(epoch); epoch++) {
      if (epoch <= this.newest.epoch) continue;
      const rules = this.rulesOf(epoch);
      if (rules === undefined) return;
      this.newest = { epoch, rules };
    }
  }

  /** The rules of an epoch, in order of id; undefined until its record, and those it builds on, have come. Epoch 0 has none. */
  rules(epoch: number): Rules | undefined {
    const rules = this.rulesOf(epoch);
    if (rules) this.lastFound = { epoch, rules };
    return rules;
  }

  /** Whether an epoch rests on a record that replaces a lost one: a reader of the lost one may have judged by other rules. */
  isReplaced(epoch: number): boolean {
    for (let at = epoch; ; at--) {
      const record = this.records.get(at);
      if (record === undefined || record.replaced === true) return record !== undefined;
      if (record.snapshot) return false;
    }
  }

  private rulesOf(epoch: number): Rules | undefined {
    const changes: RuleSetRecord[] = [];
    for (let at = epoch; ; at--) {
      const cached = [this.newest, this.lastFound].find((rules) => rules.epoch === at);
      if (cached) return applied(cached.rules, changes);
      if (at === 0) return applied([], changes);
      const record = this.records.get(at);
      if (!record) return undefined;
      if (record.snapshot) return applied(record.snapshot.toSorted(byId), changes);
      changes.push(record);
    }
  }
}

/** The rules after these records; the last record is first. */
function applied(base: Rules, records: RuleSetRecord[]): Rules {
  if (records.length === 0) return base;
  const rules = [...base];
  for (const change of records.reverse().flatMap((record) => record.changes ?? [])) {
    const id = 'put' in change ? change.put.id : change.remove;
    const at = placeOf(rules, id);
    const known = rules[at]?.id === id ? 1 : 0;
    if ('put' in change) rules.splice(at, known, change.put);
    else rules.splice(at, known);
  }
  return rules;
}

/** The index of the rule with an id, or where it would be. */
function placeOf(rules: Rules, id: string): number {
  let low = 0;
  let high = rules.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rules[middle]!.id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

function byId(a: PublishedRule, b: PublishedRule): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
