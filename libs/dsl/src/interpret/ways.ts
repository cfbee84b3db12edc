import type { SpanView } from '../trace/span-view.js';
import type { Resolved } from '../tree/resolved.js';

/** Maximum of combinations that are tried. */
const MAX_WAYS = 512;

/** The combinations of unknown answers. An evaluation requests answers as it meets them, and is repeated until every combination was tried. */
export class Ways {
  /** The assumed answers, in the order of their first use. */
  private readonly taken: boolean[] = [];
  private readonly known = new Map<Resolved | number, Map<SpanView | undefined, boolean>>();
  /** The answers that the current evaluation used. */
  private used = 0;
  private tried = 0;

  /** @param question a part of a rule, or the number of a condition; the same question gets the same answer */
  answer(question: Resolved | number, span: SpanView | undefined): boolean {
    let ofQuestion = this.known.get(question);
    if (ofQuestion === undefined) this.known.set(question, (ofQuestion = new Map()));
    let answer = ofQuestion.get(span);
    if (answer === undefined) {
      answer = this.taken[this.used] ??= false;
      this.used++;
      ofQuestion.set(span, answer);
    }
    return answer;
  }

  /** Selects the next combination. False: there is none, or too many were tried (`isComplete` tells). */
  next(): boolean {
    this.known.clear();
    this.used = 0;
    while (this.taken.at(-1) === true) this.taken.pop();
    if (this.taken.length === 0 || ++this.tried >= MAX_WAYS) return false;
    this.taken[this.taken.length - 1] = true;
    return true;
  }

  /** All combinations were tried. */
  get isComplete(): boolean {
    return this.taken.length === 0;
  }
}
