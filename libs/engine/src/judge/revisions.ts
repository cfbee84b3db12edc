/**
 * The violations of remembered traces that a late span may still change: how often each was emitted. Odd revisions say
 * `open`, even ones `retracted`; 0 says it was never emitted. Verdicts that were certain are not here: they cannot change.
 */
export class Revisions {
  /** Revisions kept. */
  count = 0;
  private readonly byTrace = new Map<number, Map<number, number>>();

  /** `subject`: 0 for the trace, else a number of the span among the rule's, from 1 to 2^32 - 1. */
  get(row: number, rule: number, subject: number): number {
    return this.byTrace.get(row)?.get(rule * 2 ** 32 + subject) ?? 0;
  }

  /** Takes the verdict of a judgement; answers the revision to emit, or 0 when nothing changed. */
  advance(row: number, rule: number, subject: number, matches: boolean): number {
    const revision = this.get(row, rule, subject);
    if ((revision % 2 === 1) === matches) return 0;
    let revisions = this.byTrace.get(row);
    if (revisions === undefined) this.byTrace.set(row, (revisions = new Map()));
    revisions.set(rule * 2 ** 32 + subject, revision + 1);
    if (revision === 0) this.count++;
    return revision + 1;
  }

  /** Some violation of the trace was emitted. */
  has(row: number): boolean {
    return this.byTrace.has(row);
  }

  /** The subjects of a rule whose violation is open now. */
  open(row: number, rule: number): readonly number[] {
    const revisions = this.byTrace.get(row);
    if (revisions === undefined) return NONE;
    const subjects: number[] = [];
    for (const [key, revision] of revisions) {
      if (revision % 2 === 1 && Math.floor(key / 2 ** 32) === rule) subjects.push(key % 2 ** 32);
    }
    return subjects;
  }

  forget(row: number): void {
    const revisions = this.byTrace.get(row);
    if (revisions === undefined) return;
    this.count -= revisions.size;
    this.byTrace.delete(row);
  }
}

const NONE: readonly number[] = [];
