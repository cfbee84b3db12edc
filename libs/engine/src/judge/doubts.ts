import type { Row, SpanIndex } from '../indexes.js';
import type { Epoch } from '../rules/epoch.js';
import { compareNamed, type NamedSpan, namedSpan } from './kept-spans.js';

/** Approximate bytes of a condition's state per trace. */
const KEPT_BYTES = 400;

/** On how many spans of a trace the answer of a condition is not known. */
export interface Doubt {
  /** It takes longer than it may. */
  inDoubt: number;
  /** The condition failed on a value of another type, and some rule asks for that (`onError`). */
  mistyped: number;
  /** Of the spans on which it takes too long the first, whichever came first. */
  first: NamedSpan | undefined;
}

/** Of remembered traces: the conditions whose answers are not known on some spans. Few traces have any. */
export class Doubts {
  private readonly byTrace = new Map<Row, Map<number, Doubt>>();
  private kept = 0;

  /** Bytes in use, about. */
  get bytes(): number {
    return this.kept * KEPT_BYTES;
  }

  /** Span `i` of the epoch's record, of a trace that opened in it. */
  note(epoch: Epoch, row: Row, i: SpanIndex): void {
    for (const condition of epoch.inDoubt.get(i) ?? NONE) {
      const doubt = this.at(row, condition);
      const span = namedSpan(epoch.columns, i);
      doubt.inDoubt++;
      if (doubt.first === undefined || compareNamed(span, doubt.first) < 0) doubt.first = span;
    }
    for (const condition of epoch.mistyped.get(i) ?? NONE) this.at(row, condition).mistyped++;
  }

  /** By condition; undefined for most traces. */
  of(row: Row): ReadonlyMap<number, Doubt> | undefined {
    return this.byTrace.get(row);
  }

  /** Of the spans on which some of these conditions take too long the first. */
  firstOf(row: Row, conditions: readonly number[]): NamedSpan | undefined {
    const ofTrace = this.byTrace.get(row);
    const spans = conditions.map((condition) => ofTrace?.get(condition)?.first).filter((span) => span !== undefined);
    return spans.sort(compareNamed)[0];
  }

  forget(row: Row): void {
    this.kept -= this.byTrace.get(row)?.size ?? 0;
    this.byTrace.delete(row);
  }

  private at(row: Row, condition: number): Doubt {
    let ofTrace = this.byTrace.get(row);
    if (ofTrace === undefined) this.byTrace.set(row, (ofTrace = new Map()));
    let doubt = ofTrace.get(condition);
    if (doubt === undefined) {
      this.kept++;
      ofTrace.set(condition, (doubt = { inDoubt: 0, mistyped: 0, first: undefined }));
    }
    return doubt;
  }
}

const NONE: readonly number[] = [];
