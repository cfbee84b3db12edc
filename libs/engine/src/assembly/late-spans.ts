import type { OpenTraces } from './open-traces.js';
import { FLAGS, REOPENED, ROW_WORDS } from './trace-row.js';

/**
 * The closed traces to which the present record brought late spans: each is judged again once, when the record is done, in
 * the order in which they came. (After every single span, a batch with both a charge and its audit would raise a violation
 * only to retract it.)
 */
export class LateSpans {
  private readonly waiting: number[] = [];

  constructor(private readonly traces: OpenTraces) {}

  note(row: number): void {
    const at = row * ROW_WORDS + FLAGS;
    if ((this.traces.rows[at]! & REOPENED) !== 0) return;
    this.traces.rows[at]! |= REOPENED;
    this.waiting.push(row);
  }

  /** Hands out every trace that waits. */
  settle(judgeAgain: (row: number) => void): void {
    if (this.waiting.length === 0) return;
    for (const row of this.waiting) {
      this.traces.rows[row * ROW_WORDS + FLAGS]! &= ~REOPENED;
      judgeAgain(row);
    }
    this.waiting.length = 0;
  }
}
