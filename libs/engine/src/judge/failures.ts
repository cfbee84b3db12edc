import type { Epoch } from '../epoch.js';
import { chargeError } from './budget.js';

/**
 * Counts the conditions that failed on a span, for each rule that has them. The text of an error costs an evaluation by the
 * interpreter, so it is asked for once per condition and record.
 */
export class Failures {
  private readonly texts = new Map<number, string>();

  /** A record begins. */
  reset(): void {
    if (this.texts.size > 0) this.texts.clear();
  }

  /** Span `i` of the record that the epoch has evaluated. */
  count(epoch: Epoch, i: number): void {
    const { words } = epoch.rules.compiled;
    for (let word = 0; word < words; word++) {
      let bits = epoch.failed[i * words + word]!;
      while (bits !== 0) {
        this.charge(epoch, i, (word << 5) + 31 - Math.clz32(bits & -bits));
        bits &= bits - 1;
      }
    }
  }

  private charge(epoch: Epoch, i: number, condition: number): void {
    const { compiled, plan } = epoch.rules;
    let text = this.texts.get(condition);
    if (text === undefined) {
      text = compiled.errorOf(condition, epoch.columns, i);
      this.texts.set(condition, text);
    }
    for (const rule of plan.rulesOfFailure[condition]!) chargeError(epoch, rule, text);
  }
}
