import type { Assembly } from '../assembly/assembly.js';
import type { Row, SpanIndex } from '../index-types.js';
import type { Epoch } from '../rules/epoch.js';
import type { AssemblySettings } from '../settings.js';
import type { ClosedTrace } from '../verdict/close-reason.js';
import type { TellPassed } from '../verdict/passed-trace.js';
import { BufferedRules } from './buffered/buffered-rules.js';
import { Doubts } from './doubts.js';
import { KeptSpans } from './kept-spans.js';
import { LaterErrors } from './later-errors.js';
import { OnlineRules } from './online/online-rules.js';
import { Reports } from './reports.js';
import { UndecidedLimit } from './undecided-limit.js';
import { ValueErrors } from './value-errors.js';
import type { Verdicts } from './verdicts.js';

/** Judges traces by the rules that need more than one span, on the state that each keeps. */
export class TraceJudge {
  private readonly kept = new KeptSpans();
  private readonly errors = new ValueErrors();
  private readonly doubts = new Doubts();
  private readonly limit: UndecidedLimit;
  private readonly reports: Reports;
  private readonly later: LaterErrors;
  private readonly online: OnlineRules;
  private readonly buffered: BufferedRules;

  constructor(
    settings: AssemblySettings,
    assembly: Assembly,
    private readonly verdicts: Verdicts,
    private readonly passed: TellPassed | undefined,
  ) {
    this.limit = new UndecidedLimit(settings, assembly, verdicts);
    this.reports = new Reports(assembly, verdicts, this.limit, this.errors);
    this.later = new LaterErrors(verdicts, this.limit);
    this.online = new OnlineRules(assembly, this.kept, this.reports, this.errors, this.doubts, verdicts);
    this.buffered = new BufferedRules(settings, assembly, this.reports, this.errors, verdicts);
  }

  /** Takes span `i` of the record that `epoch` has evaluated; its trace opened in that epoch. */
  feed(epoch: Epoch, row: Row, i: SpanIndex): void {
    const { plan } = epoch.rules;
    if (plan.online) this.online.feed(epoch, row, i);
    if (plan.bufferedRules.length > 0) this.buffered.add(epoch, row, i);
  }

  /** Emits certain verdicts of an open trace that has none yet. */
  decide(epoch: Epoch, row: Row): void {
    if (epoch.rules.plan.online) this.online.decideAll(epoch, row);
  }

  /**
   * Conditions failed on span `i` of the epoch's record because of values of a wrong type, or exceeded their steps. Its trace opened in that epoch. Call it
   * before `feed`.
   */
  noteFailures(epoch: Epoch, row: Row, i: SpanIndex): void {
    this.errors.note(epoch, row, i);
    this.doubts.note(epoch, row, i);
  }

  /** Like `noteFailures`, for a trace that opened under another epoch: failures of the epoch's rules about one span alone. */
  noteLater(epoch: Epoch, row: Row, i: SpanIndex, home: Epoch): void {
    this.later.note(epoch, row, i, home);
  }

  /** The trace is about to be forgotten: reports the later errors. */
  tellLater(row: Row, isInForce: (ruleId: string) => boolean): void {
    this.later.tell(row, isInForce);
  }

  /** Judges traces as they are. Emits what changed since the last time, trace by trace. */
  conclude(epoch: Epoch, traces: readonly ClosedTrace[]): void {
    const { plan } = epoch.rules;
    const judged = plan.bufferedRules.length > 0 ? this.buffered.judge(epoch, traces) : [];
    for (const [place, { row, reason }] of traces.entries()) {
      this.reports.begin(row, reason);
      if (plan.online) this.online.conclude(epoch, row, reason);
      if (judged[place] !== undefined) this.buffered.emit(epoch, judged[place]);
      if (plan.tellsErrors) this.reports.reportErrors(epoch, row, reason);
    }
  }

  /** Advances log time, and judges the traces that close. */
  passTo(time: number): void {
    this.limit.passTo(time);
  }

  /** Nothing except records and the traces' deadlines is due before this log time. */
  get nextDeadline(): number | undefined {
    return this.limit.nextDeadline;
  }

  /** Some rule has a verdict on the trace, or had one. */
  hasVerdict(row: Row): boolean {
    return this.reports.has(row);
  }

  forget(epoch: Epoch, row: Row): void {
    this.forgetState(epoch, row);
    const { evidence } = epoch.rules;
    if (evidence.length === 0 || this.passed === undefined) return;
    const passed = this.verdicts.passed(row, evidence);
    if (passed.length > 0) this.passed(passed, evidence.length, () => this.verdicts.passedTrace(row));
  }

  private forgetState(epoch: Epoch, row: Row): void {
    const { plan } = epoch.rules;
    // Another trace takes the row next. Even if something throws, no data of this trace may remain under its number.
    try {
      if (this.reports.isStale(row)) this.concludeLast(epoch, row);
    } finally {
      try {
        if (plan.online) this.online.forget(epoch, row);
      } finally {
        if (plan.bufferedRules.length > 0) this.buffered.forget(row);
        this.doubts.forget(row);
        this.reports.forget(row);
      }
    }
  }

  /** Emits the changes after late spans that were not emitted at once. */
  private concludeLast(epoch: Epoch, row: Row): void {
    const last = { row, reason: 'late_span' } as const;
    const { plan } = epoch.rules;
    const [judged] = plan.bufferedRules.length > 0 ? this.buffered.judge(epoch, [last], true) : [];
    this.reports.beginLast(row);
    if (plan.online) this.online.conclude(epoch, row, last.reason);
    if (judged !== undefined) this.buffered.emit(epoch, judged);
    if (plan.tellsErrors) this.reports.reportErrors(epoch, row, last.reason);
  }

  /** Bytes in use, except the epochs' states. */
  get bytes(): number {
    return (
      this.kept.bytes +
      this.online.bytes +
      this.buffered.bytes +
      this.reports.bytes +
      this.errors.bytes +
      this.doubts.bytes +
      this.later.bytes
    );
  }
}
