import type { VerdictStatus } from '../verdict.js';

/** How a status is written beside its revision: `revision * 4 + code`. */
const CODES = { retracted: 0, open: 1, undecided: 2 } as const satisfies Record<VerdictStatus, number>;
const STATUSES = ['retracted', 'open', 'undecided'] as const satisfies readonly VerdictStatus[];

/**
 * What was emitted last about the subjects of remembered traces that later spans may still change: the number of its revision, and
 * its status. Verdicts that were certain are not here: they cannot change.
 */
export class Revisions {
  /** Subjects kept. */
  count = 0;
  private readonly byTrace = new Map<number, Map<number, number>>();

  /**
   * Takes what a judgement found (`retracted`: no match); answers the revision to emit, or 0 when nothing changed.
   * `subject`: 0 for the trace, else a number of the span among the rule's, from 1 to 2^32 - 1.
   */
  advance(row: number, rule: number, subject: number, found: VerdictStatus): number {
    const key = rule * 2 ** 32 + subject;
    let ofTrace = this.byTrace.get(row);
    const last = ofTrace?.get(key) ?? 0;
    if (STATUSES[last % 4] === found) return 0;
    if (ofTrace === undefined) this.byTrace.set(row, (ofTrace = new Map()));
    const revision = Math.floor(last / 4) + 1;
    ofTrace.set(key, revision * 4 + CODES[found]);
    if (last === 0) this.count++;
    return revision;
  }

  /** Something was emitted about the trace. */
  has(row: number): boolean {
    return this.byTrace.has(row);
  }

  /** The subjects of a rule of which something stands that is not retracted. */
  standing(row: number, rule: number): readonly number[] {
    const ofTrace = this.byTrace.get(row);
    if (ofTrace === undefined) return NONE;
    const subjects: number[] = [];
    for (const [key, last] of ofTrace) {
      if (last % 4 !== CODES.retracted && Math.floor(key / 2 ** 32) === rule) subjects.push(key % 2 ** 32);
    }
    return subjects;
  }

  forget(row: number): void {
    const ofTrace = this.byTrace.get(row);
    if (ofTrace === undefined) return;
    this.count -= ofTrace.size;
    this.byTrace.delete(row);
  }
}

const NONE: readonly number[] = [];
