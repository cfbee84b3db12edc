import type { Epoch } from '../epoch.js';

/**
 * Counts the conditions that failed on a span, for each rule that has them. An attribute that most spans lack fails all the rules
 * that compare it, and on the next span again: failures are counted in runs of equal words, and charged when the record ends. The
 * text of an error costs an evaluation by the interpreter, so it is asked for once per condition and record.
 */
export class Failures {
  /** Spans of the record counted so far. */
  private counted = 0;
  /** Per word: what failed on the last spans, how many were counted before them, and on which it failed first. */
  private bits = new Uint32Array(0);
  private starts = new Uint32Array(0);
  private firsts = new Uint32Array(0);
  /** Per word: what failed in the record under way; of each condition, on how many spans, and on which first. */
  private failed = new Uint32Array(0);
  private spans = new Uint32Array(0);
  private first = new Uint32Array(0);
  /** The comparison whose text was asked last, on which span, and the text: of a thousand rules most fail by the same. */
  private comparison = -1;
  private comparedOn = -1;
  private text: string | undefined;

  /** Span `i` of the record that the epoch has evaluated. */
  count(epoch: Epoch, i: number): void {
    const { words } = epoch.rules.compiled;
    if (this.bits.length !== words) this.resize(words);
    const { bits } = this;
    const { failed } = epoch;
    for (let word = 0, at = i * words; word < words; word++, at++) {
      if (failed[at] !== bits[word]) this.begin(word, failed[at]!, i);
    }
    this.counted++;
  }

  /** The epoch's record ends, its columns still loaded: all that was counted is charged. */
  settle(epoch: Epoch): void {
    this.comparison = -1;
    for (let word = 0; word < this.bits.length; word++) {
      const [length, first] = [this.counted - this.starts[word]!, this.firsts[word]!];
      // Mostly what failed of a word failed in one run.
      const once = this.failed[word] === 0;
      if (!once) this.begin(word, 0, 0);
      for (let bits = once ? this.bits[word]! : this.failed[word]!; bits !== 0; bits &= bits - 1) {
        const condition = (word << 5) + 31 - Math.clz32(bits & -bits);
        if (once) this.charge(epoch, condition, first, length);
        else this.charge(epoch, condition, this.first[condition]!, this.spans[condition]!);
      }
      this.bits[word] = 0;
      this.starts[word] = 0;
      this.failed[word] = 0;
    }
    this.counted = 0;
  }

  /** Forgets what was counted in the record under way. */
  drop(): void {
    this.comparison = -1;
    this.counted = 0;
    this.resize(this.bits.length);
  }

  /** Ends the run of a word, and begins one of other bits. */
  private begin(word: number, failed: number, i: number): void {
    const known = this.failed[word]!;
    const [length, first] = [this.counted - this.starts[word]!, this.firsts[word]!];
    for (let bits = this.bits[word]!; bits !== 0; bits &= bits - 1) {
      const lowest = bits & -bits;
      const condition = (word << 5) + 31 - Math.clz32(lowest);
      if ((known & lowest) !== 0) this.spans[condition]! += length;
      else {
        this.spans[condition] = length;
        this.first[condition] = first;
      }
    }
    this.failed[word] = known | this.bits[word]!;
    this.bits[word] = failed;
    this.starts[word] = this.counted;
    this.firsts[word] = i;
  }

  private charge(epoch: Epoch, condition: number, first: number, spans: number): void {
    const { plan, compiled } = epoch.rules;
    const charged = plan.rulesOfFailure[condition]!;
    if (charged.length === 0) return;
    const comparison = compiled.comparisonOf[condition]!;
    if (comparison >= 0 && (comparison !== this.comparison || first !== this.comparedOn)) {
      this.comparison = comparison;
      this.comparedOn = first;
      this.text = compiled.comparisonError(comparison, epoch.columns, first);
    }
    const text = (comparison < 0 ? undefined : this.text) ?? compiled.errorOf(condition, epoch.columns, first);
    for (let n = 0; n < charged.length; n++) epoch.accounts[charged[n]!]!.countErrors(text, spans);
  }

  private resize(words: number): void {
    this.bits = new Uint32Array(words);
    this.starts = new Uint32Array(words);
    this.firsts = new Uint32Array(words);
    this.failed = new Uint32Array(words);
    this.spans = new Uint32Array(words * 32);
    this.first = new Uint32Array(words * 32);
  }
}
