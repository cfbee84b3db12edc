import type { Row } from '../index-types.js';
import type { Epoch } from '../rules/epoch.js';
import type { ClosedTrace } from '../verdict/close-reason.js';
import type { TraceJudge } from './trace-judge.js';

/** A rule runs on this many traces before the next one, while its code is in the cache (decision 0016). With more, the spans would leave the cache. */
const JUDGED_TOGETHER = 64;

/** Has the traces judged that are due at one record. Consecutive ones that opened in the same epoch are judged together. */
export class Conclusions {
  constructor(
    private readonly judge: TraceJudge,
    private readonly epochOf: (row: Row) => Epoch,
    private readonly defect: (error: unknown) => void,
  ) {}

  conclude(traces: readonly ClosedTrace[]): void {
    for (let from = 0, to = 0; from < traces.length; from = to) {
      const epoch = this.epochOf(traces[from]!.row);
      while (to < traces.length && to - from < JUDGED_TOGETHER && this.epochOf(traces[to]!.row) === epoch) to++;
      this.concludeTogether(epoch, traces.slice(from, to));
    }
  }

  /** After a defect each trace is judged alone. Verdicts that were emitted are not emitted again, because their revisions are known. */
  private concludeTogether(epoch: Epoch, traces: readonly ClosedTrace[]): void {
    try {
      this.judge.conclude(epoch, traces);
    } catch (error) {
      if (traces.length === 1) this.defect(error);
      else for (const trace of traces) this.concludeTogether(epoch, [trace]);
    }
  }
}
