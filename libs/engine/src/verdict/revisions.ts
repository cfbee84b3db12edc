import type { VerdictStatus } from '#records';

/** The last verdict about a subject. */
export interface Standing {
  revision: number;
  status: VerdictStatus;
  /** A fingerprint of the span it named and of its explanation. */
  evidence: number;
  /** How many spans its trace had, and whether they were a fragment: as a number. */
  spans: number;
  /** It reports a value of another type (`on_error`), not a match. */
  byError: boolean;
}

/** The last verdicts about the subjects of remembered traces: later spans may change them. Dropped when the trace is forgotten. */
export class Revisions {
  /** Subjects kept. */
  count = 0;
  private readonly byTrace = new Map<number, Map<number, Standing>>();

  /** `subject`: 0 for the trace, else a number of the span among the rule's, from 1 to 2^32 - 1. */
  of(row: number, rule: number, subject: number): Standing | undefined {
    return this.byTrace.get(row)?.get(keyOf(rule, subject));
  }

  set(row: number, rule: number, subject: number, standing: Standing): void {
    let ofTrace = this.byTrace.get(row);
    if (ofTrace === undefined) this.byTrace.set(row, (ofTrace = new Map()));
    const key = keyOf(rule, subject);
    if (!ofTrace.has(key)) this.count++;
    ofTrace.set(key, standing);
  }

  /** The trace has verdicts. */
  has(row: number): boolean {
    return this.byTrace.has(row);
  }

  /** The subjects of a rule with a verdict that is not retracted. */
  standing(row: number, rule: number): readonly number[] {
    const ofTrace = this.byTrace.get(row);
    if (ofTrace === undefined) return NONE;
    const subjects: number[] = [];
    for (const [key, { status }] of ofTrace) {
      if (status !== 'retracted' && Math.floor(key / 2 ** 32) === rule) subjects.push(key % 2 ** 32);
    }
    return subjects;
  }

  /** The rules that say of the trace what they do to values of another type, in order. */
  byErrors(row: number): readonly number[] {
    const ofTrace = this.byTrace.get(row);
    if (ofTrace === undefined) return NONE;
    const rules: number[] = [];
    for (const [key, { status, byError }] of ofTrace) if (byError && status !== 'retracted') rules.push(Math.floor(key / 2 ** 32));
    return rules.sort((a, b) => a - b);
  }

  forget(row: number): void {
    const ofTrace = this.byTrace.get(row);
    if (ofTrace === undefined) return;
    this.count -= ofTrace.size;
    this.byTrace.delete(row);
  }
}

function keyOf(rule: number, subject: number): number {
  return rule * 2 ** 32 + subject;
}

const NONE: readonly number[] = [];
