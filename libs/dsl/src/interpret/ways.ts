import type { SpanView } from '../trace/span-view.js';
import type { Resolved } from '../tree/resolved.js';

/** So many ways are tried at most. */
const MAX_WAYS = 512;

/**
 * The ways in which answers that are not known may be. An evaluation asks for them as it meets them; it is repeated until each has been
 * both true and false with each of the others.
 */
export class Ways {
  /** The assumed answers, in the order of their first use. */
  private readonly taken: boolean[] = [];
  private readonly known = new Map<Resolved | number, Map<SpanView | undefined, boolean>>();
  /** Of those of the evaluation under way. */
  private asked = 0;
  private tried = 0;

  /** @param question what is asked: a part of a rule, or the number of a condition; the same is answered alike */
  answer(question: Resolved | number, span: SpanView | undefined): boolean {
    let ofQuestion = this.known.get(question);
    if (ofQuestion === undefined) this.known.set(question, (ofQuestion = new Map()));
    let answer = ofQuestion.get(span);
    if (answer === undefined) {
      answer = this.taken[this.asked] ??= false;
      this.asked++;
      ofQuestion.set(span, answer);
    }
    return answer;
  }

  /** Another evaluation takes the next way. False: there is none, or too many were tried (`isComplete` tells). */
  next(): boolean {
    this.known.clear();
    this.asked = 0;
    while (this.taken.at(-1) === true) this.taken.pop();
    if (this.taken.length === 0 || ++this.tried >= MAX_WAYS) return false;
    this.taken[this.taken.length - 1] = true;
    return true;
  }

  /** All of them were tried. */
  get isComplete(): boolean {
    return this.taken.length === 0;
  }
}
