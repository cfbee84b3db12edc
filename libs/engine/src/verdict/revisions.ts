import type { RuleIndex } from '#dsl';
import type { VerdictStatus } from '#records';
import type { Row } from '../index-types.js';

/** The last verdict about a subject. */
export interface Standing {
  revision: number;
  status: VerdictStatus;
  /** A fingerprint of the named span and of the explanation. */
  evidence: number;
  /** The number of the trace's spans, and whether they were a fragment, as one number. */
  spans: number;
  /** The verdict reports a value of another type (`on_error`), not a match. */
  byError: boolean;
}

/** The last verdicts about the subjects of remembered traces: later spans may change them. Dropped when the trace is forgotten. */
export class Revisions {
  /** Subjects kept. */
  count = 0;
  private readonly byTrace = new Map<Row, Map<number, Standing>>();

  /** `subject`: 0 for the trace, else a number of the span among the rule's, from 1 to 2^32 - 1. */
  of(row: Row, rule: RuleIndex, subject: number): Standing | undefined {
    return this.byTrace.get(row)?.get(keyOf(rule, subject));
  }

  set(row: Row, rule: RuleIndex, subject: number, standing: Standing): void {
    let ofTrace = this.byTrace.get(row);
    if (ofTrace === undefined) this.byTrace.set(row, (ofTrace = new Map()));
    const key = keyOf(rule, subject);
    if (!ofTrace.has(key)) this.count++;
    ofTrace.set(key, standing);
  }

  /** The trace has verdicts. */
  has(row: Row): boolean {
    return this.byTrace.has(row);
  }

  /** The subjects of a rule whose verdict is not retracted. */
  standing(row: Row, rule: RuleIndex): readonly number[] {
    const ofTrace = this.byTrace.get(row);
    if (ofTrace === undefined) return NONE;
    const subjects: number[] = [];
    for (const [key, { status }] of ofTrace) {
      if (status !== 'retracted' && ruleOf(key) === rule) subjects.push(key % 2 ** 32);
    }
    return subjects;
  }

  /** The rules that report values of a wrong type for the trace, in order. */
  byErrors(row: Row): readonly RuleIndex[] {
    const ofTrace = this.byTrace.get(row);
    if (ofTrace === undefined) return NONE;
    const rules: RuleIndex[] = [];
    for (const [key, { status, byError }] of ofTrace) if (byError && status !== 'retracted') rules.push(ruleOf(key));
    return rules.sort((a, b) => a - b);
  }

  forget(row: Row): void {
    const ofTrace = this.byTrace.get(row);
    if (ofTrace === undefined) return;
    this.count -= ofTrace.size;
    this.byTrace.delete(row);
  }
}

function keyOf(rule: RuleIndex, subject: number): number {
  return rule * 2 ** 32 + subject;
}

function ruleOf(key: number): RuleIndex {
  return Math.floor(key / 2 ** 32) as RuleIndex;
}

const NONE: readonly never[] = [];
