import { FIRST_SPAN_OF_RECORD, type SpanIndex } from '../../index-types.js';
import { lowestCondition } from '../../rules/condition-mask.js';
import type { Epoch } from '../../rules/epoch.js';

/** The number of failures by text. */
type Texts = ReadonlyMap<string, number>;

/** The failures of a comparison: the number of spans, and the first one. */
interface Kinds {
  readonly comparison: number;
  readonly first: number;
  readonly spans: number;
  readonly texts: Texts;
}

/** Maximum of error texts in a record, in addition to one per condition. */
const MAX_TEXTS = 32;

/**
 * Counts the conditions that failed on a span, for each rule that has them. An attribute that most spans lack fails all rules that compare it, span after
 * span. So failures are counted in runs of equal words, and charged by text when the record ends. An error text costs an evaluation by the interpreter,
 * except for a comparison of an attribute. Where a condition can fail in several ways and a record has many failures, an even sample represents all.
 * Comparisons of missing attributes fail alike in every record: their word is counted as one. It is charged when other bits of it fail or when errors are
 * read.
 */
export class Failures {
  /** Number of spans of the record counted so far. */
  private counted = 0;
  /** The indexes of these spans. */
  private places = new Uint32Array(64);
  /** Per word: the conditions that failed on the last spans, how many spans were counted before these, and the first of them. */
  private bits = new Uint32Array(0);
  private starts = new Uint32Array(0);
  private firsts = new Uint32Array(0);
  /** Per word: the conditions that failed in the current record; per condition, the number of spans and the first one. */
  private failed = new Uint32Array(0);
  private spans = new Uint32Array(0);
  private first = new Uint32Array(0);
  /** The last comparison whose text was built, with span and text: most of a thousand rules fail with the same one. */
  private comparison = -1;
  private comparedOn = -1;
  private text: string | undefined;
  /** The comparison that failed on values of several types, the spans, and the texts. */
  private kinds: Kinds | undefined;
  /** The remaining number of texts for the current record, and the condition to start from: the last record's texts covered those before. */
  private left = MAX_TEXTS;
  private from = 0;
  /** The epoch whose failures are counted in words. Per word: which conditions are comparisons, which of those failed, and on how many spans. */
  private epoch: Epoch | undefined;
  private comparisons = new Uint32Array(0);
  private alike = new Uint32Array(0);
  private alikeSpans = new Float64Array(0);
  private anyAlike = false;

  /** Counts span `i` of the record that the epoch has evaluated. */
  count(epoch: Epoch, i: SpanIndex): void {
    const { words } = epoch.rules.compiled;
    if (this.bits.length !== words) this.resize(words);
    const { bits } = this;
    const { failed } = epoch;
    for (let word = 0, at = i * words; word < words; word++, at++) {
      if (failed[at] !== bits[word]) this.endRun(word, failed[at]!, i);
    }
    if (this.counted === this.places.length) this.places = grown(this.places);
    this.places[this.counted++] = i;
  }

  /** Ends the epoch's record, while its columns are still loaded: charges all counts. */
  settle(epoch: Epoch): void {
    this.comparison = -1;
    this.kinds = undefined;
    this.left = MAX_TEXTS;
    if (epoch !== this.epoch) this.begin(epoch);
    for (let word = 0; word < this.bits.length; word++) {
      const length = this.counted - this.starts[word]!;
      const first = this.firsts[word]!;
      // Mostly all failures of a word are in one run.
      const once = this.failed[word] === 0;
      if (once && !epoch.anyUnusual && this.countAlike(word, length)) continue;
      if (!once) this.endRun(word, 0, FIRST_SPAN_OF_RECORD);
      for (let bits = once ? this.bits[word]! : this.failed[word]!; bits !== 0; bits &= bits - 1) {
        const condition = lowestCondition(word, bits);
        if (once) this.charge(epoch, condition, first, length);
        else this.charge(epoch, condition, this.first[condition]!, this.spans[condition]!);
      }
      this.bits[word] = 0;
      this.starts[word] = 0;
      this.failed[word] = 0;
    }
    this.counted = 0;
    if (this.left > 0) this.from = 0;
  }

  /** Clears the counts of the current record. */
  drop(): void {
    this.comparison = -1;
    this.counted = 0;
    this.resize(this.bits.length);
  }

  /** Ends the run of a word, and begins one with other bits. */
  private endRun(word: number, failed: number, i: SpanIndex): void {
    const known = this.failed[word]!;
    const length = this.counted - this.starts[word]!;
    const first = this.firsts[word]!;
    for (let bits = this.bits[word]!; bits !== 0; bits &= bits - 1) {
      const lowest = bits & -bits;
      const condition = lowestCondition(word, lowest);
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

  /** From now on words are counted for this epoch. */
  private begin(epoch: Epoch): void {
    this.enterAlike();
    const { isComparison, words } = epoch.rules.compiled;
    this.epoch = epoch;
    this.comparisons = new Uint32Array(words);
    for (let condition = 0; condition < isComparison.length; condition++) {
      if (isComparison[condition] === 1) this.comparisons[condition >> 5]! |= 1 << (condition & 31);
    }
    this.alike = new Uint32Array(words);
    this.alikeSpans = new Float64Array(words);
  }

  /**
   * The failures of a word in a record whose values are all missing or of the right type. Returns whether all were comparisons, and so were counted. Leaves
   * the word ready for the next record.
   */
  private countAlike(word: number, spans: number): boolean {
    const bits = this.bits[word]!;
    if (bits !== 0) {
      if ((bits & ~this.comparisons[word]!) !== 0) return false;
      if (bits !== this.alike[word]) {
        this.enterWord(word);
        this.alike[word] = bits;
      }
      this.alikeSpans[word]! += spans;
      this.anyAlike = true;
      this.bits[word] = 0;
    }
    this.starts[word] = 0;
    return true;
  }

  /** Charges the counts in words. */
  enterAlike(): void {
    if (!this.anyAlike) return;
    this.anyAlike = false;
    for (let word = 0; word < this.alike.length; word++) this.enterWord(word);
  }

  private enterWord(word: number): void {
    const spans = this.alikeSpans[word]!;
    if (spans === 0) return;
    const { accounts, rules } = this.epoch!;
    const { plan, compiled } = rules;
    this.alikeSpans[word] = 0;
    for (let bits = this.alike[word]!; bits !== 0; bits &= bits - 1) {
      const condition = lowestCondition(word, bits);
      const charged = plan.rulesOfFailure[condition]!;
      const text = compiled.missingError(compiled.comparisonOf[condition]!);
      for (let n = 0; n < charged.length; n++) accounts[charged[n]!]!.countErrors(text, spans);
    }
  }

  private charge(epoch: Epoch, condition: number, first: number, spans: number): void {
    const { plan, compiled } = epoch.rules;
    const charged = plan.rulesOfFailure[condition]!;
    if (charged.length === 0) return;
    const comparison = compiled.comparisonOf[condition]!;
    if (spans > 1 && (epoch.anyUnusual || compiled.isComparison[condition] === 0)) {
      const texts = this.textsOf(epoch, condition, comparison, first, spans);
      for (const [text, times] of texts ?? []) for (const rule of charged) epoch.accounts[rule]!.countErrors(text, times);
      if (texts !== undefined) return;
    }
    if (comparison >= 0 && (comparison !== this.comparison || first !== this.comparedOn)) {
      this.comparison = comparison;
      this.comparedOn = first;
      this.text = compiled.comparisonError(comparison, epoch.columns, first);
    }
    const text = (comparison < 0 ? undefined : this.text) ?? compiled.errorOf(condition, epoch.columns, first);
    for (let n = 0; n < charged.length; n++) epoch.accounts[charged[n]!]!.countErrors(text, spans);
  }

  /** By text: the number of spans on which a condition failed with it. Undefined where only one can be evaluated, which then represents all. */
  private textsOf(epoch: Epoch, condition: number, comparison: number, first: number, spans: number): Texts | undefined {
    const kinds = this.kinds;
    // A condition fails on exactly the spans where its comparison fails.
    if (kinds !== undefined && comparison === kinds.comparison && first === kinds.first && spans === kinds.spans) return kinds.texts;
    const { compiled } = epoch.rules;
    const mayAsk = this.left > 0 && condition >= this.from;
    if (!mayAsk && (comparison < 0 || !epoch.anyUnusual)) return undefined;
    const texts = new Map<string, number>();
    const rest: number[] = [];
    for (const i of this.failedOn(epoch, condition)) {
      const text = comparison < 0 ? undefined : compiled.comparisonError(comparison, epoch.columns, i);
      if (text === undefined) rest.push(i);
      else texts.set(text, (texts.get(text) ?? 0) + 1);
    }
    if (rest.length === 0) this.kinds = { comparison, first, spans, texts };
    const parts = Math.min(rest.length, 1 + (mayAsk ? this.left : 0));
    for (let n = 0; n < parts; n++) {
      const from = Math.floor((n * rest.length) / parts);
      const to = Math.floor(((n + 1) * rest.length) / parts);
      const text = compiled.errorOf(condition, epoch.columns, rest[from]!);
      texts.set(text, (texts.get(text) ?? 0) + to - from);
    }
    this.left -= Math.max(0, parts - 1);
    if (this.left === 0) this.from = condition + 1;
    return texts;
  }

  /** The spans counted on which a condition failed. */
  private *failedOn({ failed, rules }: Epoch, condition: number): Iterable<number> {
    const { words } = rules.compiled;
    const word = condition >> 5;
    const bit = 1 << (condition & 31);
    for (let n = 0; n < this.counted; n++) if ((failed[this.places[n]! * words + word]! & bit) !== 0) yield this.places[n]!;
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

function grown(places: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * places.length);
  larger.set(places);
  return larger;
}
