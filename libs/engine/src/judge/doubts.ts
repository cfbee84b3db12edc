import type { Epoch } from '../epoch.js';

/** Bytes of what is kept of a condition of a trace, about. */
const KEPT_BYTES = 150;

/** On how many spans of a trace the answer of a condition is not known. */
export interface Doubt {
  /** It takes longer than it may. */
  inDoubt: number;
  /** It failed on a value of another type, and some rule wants to know (`onError`). */
  mistyped: number;
}

/** Of remembered traces: the conditions whose answers are not known on some spans. Few traces have any. */
export class Doubts {
  private readonly byTrace = new Map<number, Map<number, Doubt>>();
  private kept = 0;

  /** Bytes in use, about. */
  get bytes(): number {
    return this.kept * KEPT_BYTES;
  }

  /** Span `i` of the epoch's record, of a trace that opened in it. */
  note(epoch: Epoch, row: number, i: number): void {
    for (const condition of epoch.inDoubt.get(i) ?? NONE) this.at(row, condition).inDoubt++;
    for (const condition of epoch.mistyped.get(i) ?? NONE) this.at(row, condition).mistyped++;
  }

  /** By condition; undefined for most traces. */
  of(row: number): ReadonlyMap<number, Doubt> | undefined {
    return this.byTrace.get(row);
  }

  forget(row: number): void {
    this.kept -= this.byTrace.get(row)?.size ?? 0;
    this.byTrace.delete(row);
  }

  private at(row: number, condition: number): Doubt {
    let ofTrace = this.byTrace.get(row);
    if (ofTrace === undefined) this.byTrace.set(row, (ofTrace = new Map()));
    let doubt = ofTrace.get(condition);
    if (doubt === undefined) {
      this.kept++;
      ofTrace.set(condition, (doubt = { inDoubt: 0, mistyped: 0 }));
    }
    return doubt;
  }
}

const NONE: readonly number[] = [];
