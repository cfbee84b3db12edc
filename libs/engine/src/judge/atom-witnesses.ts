import { MAXIMUM_WITNESSES } from '#dsl';
import type { SpanColumns } from '#otlp';
import type { SpanIndex } from '../indexes.js';
import { compareNamed, type KeptSpans, type NamedSpan } from './kept-spans.js';

/** Beside the first, which is the witness that every atom has. */
const MAX_OTHERS = MAXIMUM_WITNESSES - 1;

/**
 * The spans that fed an atom beside its witness, the first of them: of more than an explanation names, those that go before the others, so
 * that the order of arrival decides nothing. A trace on which nothing is found twice keeps none. They are chained to the witness in no
 * order, but for a full chain: it begins with its last span, with which one that comes is compared.
 */
export class AtomWitnesses {
  constructor(private readonly kept: KeptSpans) {}

  /** Span `i`, which goes after the witness, fed the atom again. @param before how many fed it before */
  add(witness: number, before: number, columns: SpanColumns, i: SpanIndex): void {
    const { kept } = this;
    const first = kept.others(witness);
    if (before <= MAX_OTHERS) this.begin(witness, kept.keep(columns, i, 0, first), before);
    else if (kept.isBefore(columns, i, first)) {
      kept.replace(first, columns, i, 0);
      this.lead(witness);
    }
  }

  /** A witness goes before the one that was it until now, and takes its others over. @param before as of `add` */
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

  /** The witness and the others, in the order of spans. */
  all(witness: number): readonly NamedSpan[] {
    const spans = [this.kept.named(witness)];
    for (let other = this.kept.others(witness); other !== 0; other = this.kept.next(other)) spans.push(this.kept.named(other));
    return spans.sort(compareNamed);
  }

  private begin(witness: number, first: number, others: number): void {
    this.kept.setOthers(witness, first);
    if (others === MAX_OTHERS) this.lead(witness);
  }

  /** Puts the last of the others in front of their chain. */
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
