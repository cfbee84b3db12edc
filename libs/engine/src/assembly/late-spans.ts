import type { Row } from '../index-types.js';
import type { ClosedTrace } from '../verdict/close-reason.js';
import type { OpenTraces } from './table/open-traces.js';
import { FLAGS, REOPENED, ROW_WORDS } from './table/trace-row.js';

/**
 * The closed traces to which the current record brought late spans. Each is judged again once, after the record, in order of arrival. Judging after every
 * span would raise a violation for a batch with charge and audit, only to retract it.
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

  /** Returns the waiting traces. */
  settle(judgeAgain: (traces: readonly ClosedTrace[]) => void): void {
    if (this.waiting.length === 0) return;
    const { waiting } = this;
    this.waiting = [];
    for (const { row } of waiting) this.traces.rows[row * ROW_WORDS + FLAGS]! &= ~REOPENED;
    judgeAgain(waiting);
  }
}
