import type { Row } from '../indexes.js';
import type { ClosedTrace } from '../verdict/close-reason.js';
import type { OpenTraces } from './table/open-traces.js';
import { FLAGS, REOPENED, ROW_WORDS } from './table/trace-row.js';

/**
 * The closed traces to which the present record brought late spans: each is judged again once, when the record is done, in
 * the order in which they came. (After every single span, a batch with both a charge and its audit would raise a violation
 * only to retract it.)
 */
export class LateSpans {
  private waiting: ClosedTrace[] = [];

  constructor(private readonly traces: OpenTraces) {}

  note(row: Row): void {
    const at = row * ROW_WORDS + FLAGS;
    if ((this.traces.rows[at]! & REOPENED) !== 0) return;
    this.traces.rows[at]! |= REOPENED;
    this.waiting.push({ row, reason: 'late_span' });
  }

  /** Hands out the traces that wait. */
  settle(judgeAgain: (traces: readonly ClosedTrace[]) => void): void {
    if (this.waiting.length === 0) return;
    const { waiting } = this;
    this.waiting = [];
    for (const { row } of waiting) this.traces.rows[row * ROW_WORDS + FLAGS]! &= ~REOPENED;
    judgeAgain(waiting);
  }
}
