import type { Row, SpanIndex } from '../index-types.js';
import type { Epoch } from '../rules/epoch.js';
import { compareNamed, type NamedSpan, namedSpan } from './kept-spans.js';

/** Approximate bytes of a condition's state per trace. */
const KEPT_BYTES = 400;

/** The number of spans of a trace on which the answer of a condition is unknown. */
export interface Doubt {
  /** The condition exceeds its steps. */
  inDoubt: number;
  /** The condition failed on a value of a wrong type, and some rule reports that (`onError`). */
  mistyped: number;
  /** The first span in span order on which the condition exceeds its steps. */
  first: NamedSpan | undefined;
}

/** The conditions of remembered traces whose answers are unknown on some spans. Few traces have any. */
export class Doubts {
  private readonly byTrace = new Map<Row, Map<number, Doubt>>();
  private kept = 0;

  /** Approximate bytes in use. */
  get bytes(): number {
    return this.kept * KEPT_BYTES;
  }

  /** Notes span `i` of the epoch's record; its trace opened in that epoch. */
  note(epoch: Epoch, row: Row, i: SpanIndex): void {
    for (const condition of epoch.inDoubt.get(i) ?? NONE) {
      const doubt = this.at(row, condition);
      const span = namedSpan(epoch.columns, i);
      doubt.inDoubt++;
      if (doubt.first === undefined || compareNamed(span, doubt.first) < 0) doubt.first = span;
    }
    for (const condition of epoch.mistyped.get(i) ?? NONE) this.at(row, condition).mistyped++;
  }

  /** The doubts by condition; undefined for most traces. */
  of(row: Row): ReadonlyMap<number, Doubt> | undefined {
    return this.byTrace.get(row);
  }

  /** The first span in span order on which some of these conditions exceed their steps. */
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
