import { MAXIMUM_WITNESSES } from '#dsl';
import type { SpanColumns } from '#otlp';
import type { SpanIndex } from '../index-types.js';
import { compareNamed, type KeptSpans, type NamedSpan } from './kept-spans.js';

/** Maximum of kept spans in addition to the witness, which every atom has. */
const MAX_OTHERS = MAXIMUM_WITNESSES - 1;

/**
 * The spans that fed an atom in addition to its witness, up to the number that an explanation names. Those that come first in span order are kept, so the order of
 * arrival does not matter. A trace on which nothing is found twice keeps none. They are chained to the witness in no order; a full chain begins with its last
 * span, which a new span is compared with.
 */
export class AtomWitnesses {
  constructor(private readonly kept: KeptSpans) {}

  /** Span `i`, which follows the witness in span order, fed the atom again. @param before how many fed it before */
  add(witness: number, before: number, columns: SpanColumns, i: SpanIndex): void {
    const { kept } = this;
    const first = kept.others(witness);
    if (before <= MAX_OTHERS) this.begin(witness, kept.keep(columns, i, 0, first), before);
    else if (kept.isBefore(columns, i, first)) {
      kept.replace(first, columns, i, 0);
      this.lead(witness);
    }
  }

  /** A span that precedes the witness replaces it, and takes over its further spans. @param before as of `add` */
  takeOver(witness: number, from: number, before: number): void {
    const { kept } = this;
    let others = kept.others(from);
    kept.setOthers(from, 0);
    if (before > MAX_OTHERS) {
      const last = others;
      others = kept.next(last);
      kept.chain(last, 0);
      kept.forget(last);
    }
    kept.chain(from, others);
    this.begin(witness, from, Math.min(before, MAX_OTHERS));
  }

  /** The witness and the further spans, in span order. */
  all(witness: number): readonly NamedSpan[] {
    const spans = [this.kept.named(witness)];
    for (let other = this.kept.others(witness); other !== 0; other = this.kept.next(other)) spans.push(this.kept.named(other));
    return spans.sort(compareNamed);
  }

  private begin(witness: number, first: number, others: number): void {
    this.kept.setOthers(witness, first);
    if (others === MAX_OTHERS) this.lead(witness);
  }

  /** Moves the last of the further spans to the front of their chain. */
  private lead(witness: number): void {
    const { kept } = this;
    const first = kept.others(witness);
    let last = first;
    let before = 0;
    for (let previous = first, next = kept.next(first); next !== 0; previous = next, next = kept.next(next)) {
      if (!kept.goesBefore(last, next)) continue;
      last = next;
      before = previous;
    }
    if (before === 0) return;
    kept.chain(before, kept.next(last));
    kept.chain(last, first);
    kept.setOthers(witness, last);
  }
}
