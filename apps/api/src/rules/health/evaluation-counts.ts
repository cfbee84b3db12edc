import type { RuleHealthRecord } from '#records';

const HOUR = 3_600_000;
/** Hours that are kept: a day, and the current hour. */
const MAX_HOURS = 25;

/** The counts of a rule's evaluations. */
export interface Evaluations {
  readonly evaluations: number;
  readonly matches: number;
  readonly errors: number;
  readonly undecided: number;
  readonly milliseconds: number;
}

/** The evaluators' counts of evaluations by rule and hour. */
export class EvaluationCounts {
  /** By hour, then by reporting partition. */
  private readonly hours = new Map<number, Map<string, RuleHealthRecord['rules']>>();

  /** A later record of one evaluator replaces its earlier one. Throws a TypeError for any other record. */
  take({ partition, hour, part, evaluator, rules }: RuleHealthRecord): void {
    if (!Number.isSafeInteger(hour) || !Array.isArray(rules)) throw new TypeError('a health record needs hour and rules');
    const records = this.hours.get(hour) ?? new Map<string, RuleHealthRecord['rules']>();
    this.hours.set(hour, records.set(`${partition}/${part}/${evaluator}`, rules));
    const newest = Math.max(...this.hours.keys());
    for (const one of this.hours.keys()) if (one <= newest - MAX_HOURS) this.hours.delete(one);
  }

  /** By rule id: the counts of the hours that overlap the 24 hours before `now` (Unix ms). */
  lastDay(now: number): ReadonlyMap<string, Evaluations> {
    const first = Math.floor(now / HOUR) - MAX_HOURS + 1;
    const sums = new Map<string, Evaluations>();
    for (const [hour, reports] of this.hours) {
      if (hour < first) continue;
      for (const [id, evaluations, matches, errors, undecided, milliseconds] of [...reports.values()].flat()) {
        const sum = sums.get(id);
        sums.set(id, {
          evaluations: (sum?.evaluations ?? 0) + evaluations,
          matches: (sum?.matches ?? 0) + matches,
          errors: (sum?.errors ?? 0) + errors,
          undecided: (sum?.undecided ?? 0) + undecided,
          milliseconds: (sum?.milliseconds ?? 0) + milliseconds,
        });
      }
    }
    return sums;
  }
}
