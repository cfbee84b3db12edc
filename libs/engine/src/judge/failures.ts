import type { Epoch } from '../epoch.js';
import { chargeErrors } from './budget.js';

/**
 * Counts the conditions that failed on a span, for each rule that has them. An attribute that most spans lack fails all the rules
 * that compare it, and on the next span again: failures are counted in runs of equal words, and charged when the record ends. The
 * text of an error costs an evaluation by the interpreter, so it is asked for once per condition and record.
 */
export class Failures {
  /** Per word: what failed on the last spans, on how many, and on which first. */
  private bits = new Uint32Array(0);
  private lengths = new Uint32Array(0);
  private firsts = new Uint32Array(0);
  /** The conditions that failed in the record under way; of each, on how many spans, and on which first. */
  private readonly failed: number[] = [];
  private spans = new Uint32Array(0);
  private first = new Uint32Array(0);

  /** Span `i` of the record that the epoch has evaluated. */
  count(epoch: Epoch, i: number): void {
    const { words } = epoch.rules.compiled;
    if (this.bits.length !== words) this.resize(words);
    const { bits, lengths } = this;
    for (let word = 0; word < words; word++) {
      const failed = epoch.failed[i * words + word]!;
      if (failed !== bits[word]) this.begin(word, failed, i);
      lengths[word]!++;
    }
  }

  /** The epoch's record ends, its columns still loaded: all that was counted is charged. */
  settle(epoch: Epoch): void {
    const { compiled, plan } = epoch.rules;
    for (let word = 0; word < this.bits.length; word++) this.begin(word, 0, 0);
    for (const condition of this.failed) {
      const rules = plan.rulesOfFailure[condition]!;
      const text = rules.length === 0 ? '' : compiled.errorOf(condition, epoch.columns, this.first[condition]!);
      for (const rule of rules) chargeErrors(epoch, rule, text, this.spans[condition]!);
      this.spans[condition] = 0;
    }
    this.failed.length = 0;
  }

  /** Ends the run of a word, and begins one of other bits. */
  private begin(word: number, failed: number, i: number): void {
    for (let bits = this.bits[word]!; bits !== 0; bits &= bits - 1) {
      const condition = (word << 5) + 31 - Math.clz32(bits & -bits);
      if (this.spans[condition] === 0) {
        this.failed.push(condition);
        this.first[condition] = this.firsts[word]!;
      }
      this.spans[condition]! += this.lengths[word]!;
    }
    this.bits[word] = failed;
    this.lengths[word] = 0;
    this.firsts[word] = i;
  }

  private resize(words: number): void {
    this.bits = new Uint32Array(words);
    this.lengths = new Uint32Array(words);
    this.firsts = new Uint32Array(words);
    this.spans = new Uint32Array(words * 32);
    this.first = new Uint32Array(words * 32);
  }
}
