import type { TypeFailure } from '#dsl';
import type { Epoch } from '../epoch.js';

/** So often a condition is asked what it failed on, per record; then it is taken to be what it was the last time. */
const ASKED = 16;

/**
 * Counts, for each rule, the spans on which one of its conditions met a value of another type than it can take. Most records have none,
 * and then nothing is asked.
 */
export class TypeFailures {
  private offset = -1;
  private readonly asked = new Map<number, { times: number; last: TypeFailure | undefined }>();

  /** Span `i` of the record that the epoch has evaluated; only where that said that something failed so. */
  count(epoch: Epoch, i: number, offset: number): void {
    const { words } = epoch.rules.compiled;
    if (offset !== this.offset) this.asked.clear();
    this.offset = offset;
    const counted = new Set<string>();
    for (let word = 0; word < words; word++) {
      for (let bits = epoch.failed[i * words + word]!; bits !== 0; bits &= bits - 1) {
        const condition = (word << 5) + 31 - Math.clz32(bits & -bits);
        const rules = epoch.rules.plan.rulesOfFailure[condition]!;
        const failure = rules.length === 0 ? undefined : this.failureOf(epoch, condition, i);
        if (failure === undefined) continue;
        // A part of a rule may be a condition, and its negation another: that is one failure.
        for (const rule of rules) {
          const key = `${rule} ${failure.message} ${failure.reading}`;
          if (!counted.has(key)) epoch.accounts[rule]!.countTypeFailure(failure);
          counted.add(key);
        }
      }
    }
  }

  private failureOf(epoch: Epoch, condition: number, i: number): TypeFailure | undefined {
    let asked = this.asked.get(condition);
    if (asked === undefined) this.asked.set(condition, (asked = { times: 0, last: undefined }));
    if (asked.times++ < ASKED) asked.last = epoch.rules.compiled.failureOf(condition, epoch.columns, i);
    return asked.last;
  }
}
