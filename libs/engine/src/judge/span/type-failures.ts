import { isTypeFailure, type TypeFailure } from '#dsl';
import type { SpanIndex } from '../../index-types.js';
import { lowestCondition } from '../../rules/condition-mask.js';
import type { Epoch } from '../../rules/epoch.js';

/**
 * Maximum of evaluations per condition and record to find what it failed on; after that the last answer is reused. Where a comparison comes first, its text
 * is known for each span, and each text is evaluated once.
 */
const MAX_EVALUATIONS = 16;

/** Counts, for each rule, the spans on which one of its conditions met a value of a wrong type. Most records have none and cost nothing. */
export class TypeFailures {
  private offset = -1;
  /** By condition, with the text of its first comparison, if that failed. */
  private readonly byCondition = new Map<string, { times: number; last: TypeFailure | undefined }>();

  /** Counts span `i` of the record that the epoch has evaluated; call it only where such a failure was noted. */
  count(epoch: Epoch, i: SpanIndex, offset: number): void {
    const { words } = epoch.rules.compiled;
    if (offset !== this.offset) this.byCondition.clear();
    this.offset = offset;
    const counted = new Set<string>();
    for (let word = 0; word < words; word++) {
      for (let bits = epoch.failed[i * words + word]!; bits !== 0; bits &= bits - 1) {
        const condition = lowestCondition(word, bits);
        const rules = epoch.rules.plan.rulesOfFailure[condition]!;
        const failure = rules.length === 0 ? undefined : this.failureOf(epoch, condition, i);
        if (failure === undefined) continue;
        // A rule's condition and its negation are one failure.
        for (const rule of rules) {
          const key = `${rule} ${failure.message} ${failure.reading}`;
          if (!counted.has(key)) epoch.accounts[rule]!.countTypeFailure(failure);
          counted.add(key);
        }
      }
    }
  }

  private failureOf({ rules: { compiled }, columns }: Epoch, condition: number, i: SpanIndex): TypeFailure | undefined {
    const comparison = compiled.comparisonOf[condition]!;
    const text = comparison < 0 ? undefined : compiled.comparisonError(comparison, columns, i);
    if (text !== undefined && !isTypeFailure(text)) return undefined;
    const key = `${condition} ${text ?? ''}`;
    let evaluated = this.byCondition.get(key);
    if (evaluated === undefined) this.byCondition.set(key, (evaluated = { times: 0, last: undefined }));
    if (evaluated.times++ < (text === undefined ? MAX_EVALUATIONS : 1)) evaluated.last = compiled.failureOf(condition, columns, i);
    return evaluated.last;
  }
}
