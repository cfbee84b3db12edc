import { FIRST_SPAN_OF_RECORD, type SpanIndex } from '../../indexes.js';
import { lowestCondition } from '../../rules/condition-mask.js';
import type { Epoch } from '../../rules/epoch.js';

/** How many failures there are, by text. */
type Texts = ReadonlyMap<string, number>;

/** The failures of a comparison: how many spans, and the first one. */
interface Kinds {
  readonly comparison: number;
  readonly first: number;
  readonly spans: number;
  readonly texts: Texts;
}

/** Maximum of error texts in a record, beside one of each condition. */
const ASKED = 32;

/**
 * Counts the conditions that failed on a span, for each rule that has them. An attribute that most spans lack fails all the rules
 * that compare it, and on the next span again: failures are counted in runs of equal words, and charged when the record ends, by what they
 * say. The text of an error costs an evaluation by the interpreter, unless it is that of the comparison of an attribute: so where a record
 * has many of a condition that can fail in several ways, some of them, evenly taken, stand for all. Comparisons of attributes that are missing
 * fail alike, record after record: a word of them is counted as one, and charged to its rules when other bits of it fail or somebody reads the errors.
 */
export class Failures {
  /** Spans of the record counted so far. */
  private counted = 0;
  /** Which they are. */
  private places = new Uint32Array(64);
  /** Per word: what failed on the last spans, how many were counted before them, and on which it failed first. */
  private bits = new Uint32Array(0);
  private starts = new Uint32Array(0);
  private firsts = new Uint32Array(0);
  /** Per word: what failed in the record under way; of each condition, on how many spans, and on which first. */
  private failed = new Uint32Array(0);
  private spans = new Uint32Array(0);
  private first = new Uint32Array(0);
  /** The last comparison whose text was built, its span and text: of a thousand rules most fail by the same. */
  private comparison = -1;
  private comparedOn = -1;
  private text: string | undefined;
  /** The comparison that failed on values of several types, on which spans, and by what texts. */
  private kinds: Kinds | undefined;
  /** How many texts may be asked for in the record under way; and from which condition on, as before that all were asked in the last one. */
  private left = ASKED;
  private from = 0;
  /** The epoch whose failures are counted in words, and per word: which of its conditions are comparisons, which of those failed, and on how many spans. */
  private epoch: Epoch | undefined;
  private comparisons = new Uint32Array(0);
  private alike = new Uint32Array(0);
  private alikeSpans = new Float64Array(0);
  private anyAlike = false;

  /** Span `i` of the record that the epoch has evaluated. */
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

  /** The epoch's record ends, its columns still loaded: all that was counted is charged. */
  settle(epoch: Epoch): void {
    this.comparison = -1;
    this.kinds = undefined;
    this.left = ASKED;
    if (epoch !== this.epoch) this.begin(epoch);
    for (let word = 0; word < this.bits.length; word++) {
      const length = this.counted - this.starts[word]!;
      const first = this.firsts[word]!;
      // Mostly what failed of a word failed in one run.
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

  /** Forgets the counts of the present record. */
  drop(): void {
    this.comparison = -1;
    this.counted = 0;
    this.resize(this.bits.length);
  }

  /** Ends the run of a word, and begins one of other bits. */
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

  /** From here on words are counted for this epoch. */
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
   * The failures of a word in a record whose values are all missing or of the right type; answers whether all are of comparisons, and so
   * counted. Leaves the word ready for the next record.
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

  /** Charges what was counted in words. */
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

  /** By text on how many of the spans a condition failed so; undefined where only one can be asked, which then stands for all. */
  private textsOf(epoch: Epoch, condition: number, comparison: number, first: number, spans: number): Texts | undefined {
    const known = this.kinds;
    // A condition fails where its comparison does: on as many spans, on those only.
    if (known !== undefined && comparison === known.comparison && first === known.first && spans === known.spans) return known.texts;
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
    const asked = Math.min(rest.length, 1 + (mayAsk ? this.left : 0));
    for (let n = 0; n < asked; n++) {
      const from = Math.floor((n * rest.length) / asked);
      const to = Math.floor(((n + 1) * rest.length) / asked);
      const text = compiled.errorOf(condition, epoch.columns, rest[from]!);
      texts.set(text, (texts.get(text) ?? 0) + to - from);
    }
    this.left -= Math.max(0, asked - 1);
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
