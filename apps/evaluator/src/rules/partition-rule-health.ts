import { randomUUID } from 'node:crypto';
import type { Accounting, RuleAccount } from '#engine';
import { HEALTH_RULES, healthKey, type RuleHealthRecord } from '#records';

const HOUR = 3_600_000;

/** Evaluations, matches, errors, undecided, milliseconds. */
type Counts = readonly [number, number, number, number, number];

/** The results of each rule's evaluation in one partition, by hour of log time. */
export class PartitionRuleHealth {
  private readonly evaluator = randomUUID().slice(0, 8);
  private hour = 0;
  /** Counts when the hour began, by rule. */
  private before: ReadonlyMap<string, Counts> = new Map();
  /** Counts of the last call. */
  private last: ReadonlyMap<string, Counts> = new Map();
  private published = '';

  constructor(
    private readonly partition: number,
    private readonly accounting: Accounting,
    private readonly logTime: () => number,
  ) {}

  /** The records of the current hour, with their keys: a later one replaces an earlier one of its hour. None without changes. */
  records(): readonly { readonly key: string; readonly record: RuleHealthRecord }[] {
    const hour = Math.floor(this.logTime() / HOUR);
    const now = new Map([...this.accounting.rules].map(([id, account]) => [id, countsOf(account)]));
    if (hour > this.hour) {
      // Unpublished counts of the last hour are added to this one.
      this.before = this.last;
      this.hour = hour;
    }
    if (this.hour === 0) return [];
    this.last = now;
    const rules = [...now].flatMap(([id, counts]): RuleHealthRecord['rules'][number][] => {
      const base = this.before.get(id) ?? NONE;
      const [evaluations, matches, errors, undecided, ms] = counts.map((count, i) => Math.max(0, count - base[i]!)) as unknown as Counts;
      return evaluations + matches + errors + undecided === 0
        ? []
        : [[id, evaluations, matches, errors, undecided, Math.round(ms * 1_000) / 1_000]];
    });
    const { partition, evaluator } = this;
    const records = Array.from({ length: Math.ceil(rules.length / HEALTH_RULES) }, (_, part) => ({
      key: healthKey(partition, this.hour, part),
      record: {
        kind: 'health' as const,
        partition,
        hour: this.hour,
        part,
        evaluator,
        rules: rules.slice(part * HEALTH_RULES, (part + 1) * HEALTH_RULES),
      },
    }));
    const text = JSON.stringify(records);
    if (text === this.published) return [];
    this.published = text;
    return records;
  }

  /** Another evaluator reports what was counted so far. */
  skip(): void {
    this.last = new Map([...this.accounting.rules].map(([id, account]) => [id, countsOf(account)]));
  }

  /** The last result could not be published. */
  untold(): void {
    this.published = '';
  }
}

const NONE: Counts = [0, 0, 0, 0, 0];

function countsOf({ evaluations, matches, errors, undecided, time }: RuleAccount): Counts {
  return [evaluations, matches, sum(errors), sum(undecided), time];
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}
