import { Accounting } from './accounting.js';
import { Assembly } from './assembly/assembly.js';
import type { ClosedTrace } from './assembly/close-reason.js';
import { DUPLICATE, NEW } from './assembly/duplicates.js';
import { LateSpans } from './assembly/late-spans.js';
import { contextWindow } from './assembly/long-traces.js';
import { Pauses } from './assembly/pauses.js';
import { isInProgress } from './assembly/spans-in-progress.js';
import { CLOSED, EPOCH_SHIFT, FLAGS, MUTED, ROW_WORDS, SPANS } from './assembly/trace-row.js';
import type { Epoch } from './epoch.js';
import { Epochs } from './epochs.js';
import { Failures } from './judge/failures.js';
import { Judge } from './judge/judge.js';
import { SpanRules } from './judge/span-rules.js';
import { TypeFailures } from './judge/type-failures.js';
import { Verdicts } from './judge/verdicts.js';
import type { CommitPoint } from './low-watermark.js';
import type { PartitionEngineOptions, SpansRecord } from './partition-options.js';
import type { EngineRecord } from './record.js';
import { rejectionOf } from './rejection.js';
import { checkSettings } from './settings.js';
import { spanForm } from './span-form.js';
import { UnfinishedSpans } from './unfinished-spans.js';
import type { Verdict } from './verdict.js';

/** A rule is run on so many traces before the next one, while its code is at hand (decision 0016). More, and the spans would not be. */
const JUDGED_TOGETHER = 64;

/**
 * One partition's evaluator: the log's records in, verdicts out. What it does depends on the records alone, in their order:
 * no clock, no I/O, no chance (ARCHITECTURE §2, invariant 2).
 */
export class PartitionEngine {
  readonly accounting: Accounting;
  private readonly judgeFrom: number;
  private readonly assembly: Assembly;
  private readonly epochs: Epochs;
  private readonly verdicts: Verdicts;
  private readonly spanRules: SpanRules;
  private readonly judge: Judge;
  private readonly late: LateSpans;
  private readonly failures = new Failures();
  private readonly typeFailures = new TypeFailures();
  private readonly unfinished: UnfinishedSpans;
  /** Traces are remembered for a while, so that a span in progress may get its final form. */
  private readonly waits: boolean;
  private nextOffset = 0;
  /** The record under way. */
  private applying: EngineRecord | undefined;

  constructor(private readonly options: PartitionEngineOptions) {
    const { partition, settings, ruleSetOf, initialEpoch } = options;
    checkSettings(settings);
    this.waits = settings.idleTimeout + settings.lateWindow > 0;
    this.judgeFrom = options.judgeFrom ?? 0;
    this.accounting = options.accounting ?? new Accounting();
    const events = { closed: (traces: readonly ClosedTrace[]) => this.closed(traces), forgotten: (row: number) => this.forgotten(row) };
    this.assembly = new Assembly(settings, events, new Pauses(options.paused));
    this.epochs = new Epochs(ruleSetOf(initialEpoch), this.accounting, options.clock);
    this.verdicts = new Verdicts(partition, this.assembly);
    this.spanRules = new SpanRules(this.assembly, this.verdicts);
    this.judge = new Judge(settings, this.assembly, this.verdicts);
    const release = (epoch: Epoch): void => this.epochs.release(epoch);
    const evaluate = (epoch: Epoch): void => this.evaluate(epoch);
    this.unfinished = new UnfinishedSpans(this.assembly, this.judge, this.spanRules, this.accounting, { evaluate, release });
    this.late = new LateSpans(this.assembly.traces);
  }

  /**
   * Applies the next record of the partition. Verdicts go to `sink` before it returns, in an order that the log determines.
   * A record below one that was applied (read again after a reconnection) changes nothing.
   *
   * A defect (whatever throws that should not) is told to `defect` and costs as little as can be told apart: the judgement of one
   * trace, or one span for all rules that had not seen it (its trace has it, so that a copy is a duplicate). The other spans and
   * traces are judged, and what is remembered stays in order: deadlines, duplicates and offsets do not depend on any rule. Only rules
   * that can't be had are thrown: then the record (marker or spans) is not applied, and can be applied again.
   */
  apply(record: EngineRecord, sink: (verdict: Verdict) => void): void {
    if (record.offset < this.nextOffset) return;
    this.nextOffset = record.offset + 1;
    this.applying = record;
    this.verdicts.sink = sink;
    this.verdicts.nextOffset = this.nextOffset;
    if (record.kind === 'pause') this.assembly.pause(record.pause, record.timestamp);
    this.passTo(record.timestamp);
    if (record.kind === 'pause') this.assembly.interrupt();
    if (record.kind === 'epoch') this.withRules(record, () => this.epochs.switchTo(record.epoch, this.options.ruleSetOf));
    if (record.kind !== 'spans') return;
    const epoch = this.withRules(record, () => this.epochs.current());
    try {
      this.applySpans(epoch, record);
    } catch (error) {
      this.defect(error);
    }
  }

  /** Spans of no trace that may still change lie below this offset (invariant 3). */
  lowWatermark(): number {
    return Math.max(this.judgeFrom, this.assembly.oldest?.offset ?? this.nextOffset);
  }

  /**
   * What may be committed once all verdicts emitted so far are acknowledged. Undefined while a successor still reads the
   * context before its own commit, or waits for a trace that opened there to be forgotten: that commit stands.
   */
  commitPoint(): CommitPoint | undefined {
    const opening = this.assembly.oldest ?? { offset: this.nextOffset, time: this.assembly.now, epoch: this.epochs.number };
    const { offset, epoch, time } = opening;
    if (offset <= this.judgeFrom || offset === 0) return undefined;
    const { logTime, paused } = this.assembly.contextOf(time);
    return { offset, epoch, logTime: logTime + contextWindow(this.options.settings), paused };
  }

  /** The highest timestamp so far (Unix milliseconds); undefined before the first record. */
  get logTime(): number | undefined {
    return Number.isFinite(this.assembly.now) ? this.assembly.logTime : undefined;
  }

  /** The epoch in force. */
  get epoch(): number {
    return this.epochs.number;
  }

  /** Traces that are not closed. */
  get openTraces(): number {
    return this.assembly.open;
  }

  /** Traces that opened below this offset and are open. Looks at each trace: to be asked seldom. */
  openBefore(offset: number): number {
    return this.assembly.openBefore(offset);
  }

  /** Open traces and those closed less than `lateWindow` ago. */
  get rememberedTraces(): number {
    return this.assembly.traces.count;
  }

  /**
   * No trace closes or is forgotten before this log time. While it is defined, the owner of an idle partition appends ticks
   * from then on, so that the log's time goes on.
   */
  nextDeadline(): number | undefined {
    const [traces, judged] = [this.assembly.nextDeadline, this.judge.nextDeadline];
    return judged === undefined || (traces !== undefined && traces < judged) ? traces : judged;
  }

  /** Bytes that remembered traces take, about. */
  get memory(): number {
    return this.assembly.bytes + this.judge.bytes + this.epochs.bytes + this.unfinished.bytes;
  }

  /**
   * False when remembered traces take more than the memory budget. Reading on is what closes traces (time is in the log), so
   * the owner does not stop: it has senders held back until time has passed (docs/decisions/0007).
   */
  accepts(): boolean {
    return this.memory < this.options.settings.memoryBudget;
  }

  private applySpans(epoch: Epoch, record: SpansRecord): void {
    const judging = record.offset >= this.judgeFrom;
    try {
      epoch.load(record.offset, record.value);
    } catch (error) {
      this.passOver(record, error, judging);
      return;
    }
    if (judging) this.evaluate(epoch);
    const spans = epoch.columns.length;
    this.assembly.locate(epoch.columns, spans);
    if (judging) this.judge.fetch(epoch, spans);
    const { accounting } = this;
    const before = accounting.evaluated + accounting.conflicts;
    for (let i = 0; i < spans; ) i = this.applySpansFrom(epoch, record, i, judging);
    epoch.judged.spans += accounting.evaluated + accounting.conflicts - before;
    if (epoch.anyFailed) this.settleFailures(epoch);
    this.late.settle((traces) => this.conclude(traces));
  }

  /** Applies the spans from `i` on; answers where to go on: at the end, or behind a span that met a defect. */
  private applySpansFrom(epoch: Epoch, record: SpansRecord, from: number, judging: boolean): number {
    const { accounting } = this;
    const spans = epoch.columns.length;
    const open = accounting.received - accounting.accounted;
    let i = from;
    try {
      for (; i < spans; i++) this.applySpan(epoch, record, i, judging);
    } catch (error) {
      accounting.rejected.defect += accounting.received - accounting.accounted - open;
      this.defect(error);
    }
    return i + 1;
  }

  private settleFailures(epoch: Epoch): void {
    try {
      this.failures.settle(epoch);
    } catch (error) {
      this.failures.drop();
      this.defect(error);
    }
  }

  private evaluate(epoch: Epoch): void {
    epoch.evaluate((error) => this.defect(error));
  }

  private passTo(time: number): void {
    try {
      this.assembly.passTo(time);
      this.judge.passTo(this.assembly.now);
    } catch (error) {
      this.defect(error);
    }
  }

  /** What needs rules that may not be to be had: then the record is not applied. */
  private withRules<T>({ offset }: EngineRecord, work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.nextOffset = offset;
      throw error;
    }
  }

  private defect(error: unknown): void {
    this.options.defect?.(this.applying!, error);
  }

  private applySpan(epoch: Epoch, record: SpansRecord, i: number, judging: boolean): void {
    const { assembly, accounting } = this;
    const { columns } = epoch;
    if (judging) accounting.received++;
    else accounting.context++;
    const rejection = rejectionOf(columns, i);
    if (rejection !== undefined) {
      if (judging) accounting.rejected[rejection]++;
      return;
    }
    const row = assembly.rowOf(columns, i) || this.open(epoch, record.offset, i, judging);
    if (this.waits && isInProgress(columns, i)) {
      this.unfinished.keep(row, epoch, i, record.offset, judging);
      return;
    }
    const home = this.homeOf(epoch, record, row);
    const seen = assembly.add(row, columns, i, home === undefined ? 0 : spanForm(home, i), record.offset);
    if (seen === DUPLICATE) {
      if (judging) accounting.duplicates++;
      return;
    }
    const waited = this.unfinished.end(row, columns, i);
    if (columns.isRoot[i] === 1) assembly.noteRoot(row);
    if (!judging) {
      assembly.closeFull(row);
      return;
    }
    if (seen === NEW && !waited) accounting.evaluated++;
    else accounting.conflicts++;
    const closed = (assembly.traces.rows[row * ROW_WORDS + FLAGS]! & CLOSED) !== 0;
    if (closed) accounting.late++;
    if (epoch.anyFailed) this.failures.count(epoch, i);
    if (epoch.anyUnusual) this.takeFailures(epoch, record, row, i);
    this.spanRules.judge(epoch, row, i);
    if (home?.rules.plan.judgesTraces === true) {
      if (home !== epoch && home.anyUnusual) this.judge.noteFailures(home, row, i);
      this.judge.feed(home, row, i);
      if (closed) this.late.note(row);
    }
    if (!closed) assembly.closeFull(row);
  }

  /** Span `i` has a value of another type than some rule can take, it may be. */
  private takeFailures(epoch: Epoch, record: SpansRecord, row: number, i: number): void {
    this.typeFailures.count(epoch, i, record.offset);
    this.spanRules.judgeFailures(epoch, row, i);
    const muted = (this.assembly.traces.rows[row * ROW_WORDS + FLAGS]! & MUTED) !== 0;
    if (!muted && this.epochOf(row) === epoch) this.judge.noteFailures(epoch, row, i);
  }

  /**
   * The epoch whose rules see the trace, with the record read by its projection if that is not the present one. Undefined if there is
   * none, or it cannot read the record. Of a trace that opened in the context nothing is known of what its spans were to rules: there
   * all copies of a span are one, their verdicts are out already.
   */
  private homeOf(epoch: Epoch, record: SpansRecord, row: number): Epoch | undefined {
    const flags = this.assembly.traces.rows[row * ROW_WORDS + FLAGS]!;
    if ((flags & MUTED) !== 0) return undefined;
    const home = this.epochs.at(flags >>> EPOCH_SHIFT);
    if (home === epoch) return home;
    if (!home.rules.plan.judgesTraces) return undefined;
    if (!home.has(record.offset)) this.loadAgain(home, record);
    return home.unreadable ? undefined : home;
  }

  /**
   * Reads a record once more, as an epoch of the past needs it. Its projection may name a value that is nested too deep, which
   * the present one passed over: then the past one's rules go without this record's spans.
   */
  private loadAgain(home: Epoch, record: SpansRecord): void {
    try {
      home.load(record.offset, record.value);
      this.evaluate(home);
    } catch (error) {
      this.options.undecodable?.(record, messageOf(error));
    }
  }

  private open(epoch: Epoch, offset: number, i: number, judging: boolean): number {
    const row = this.assembly.openFor(epoch.columns, i, offset, epoch.number, epoch.slot, judging ? 0 : MUTED);
    epoch.traces++;
    if (epoch.columns.hasTraceIdText(i)) this.verdicts.noteTraceText(row, epoch.columns.traceId(i));
    return row;
  }

  private closed(traces: readonly ClosedTrace[]): void {
    const { rows } = this.assembly.traces;
    const judged: ClosedTrace[] = [];
    for (const trace of traces) {
      const at = trace.row * ROW_WORDS;
      if ((rows[at + FLAGS]! & MUTED) !== 0) continue;
      this.accounting.closed[trace.reason]++;
      // Of a trace all of whose spans are in progress there is nothing to be judged yet.
      if (rows[at + SPANS] !== 0 && this.epochOf(trace.row).rules.plan.judgesTraces) judged.push(trace);
    }
    this.conclude(judged);
  }

  /** Together those that follow one another and opened in the same epoch. */
  private conclude(traces: readonly ClosedTrace[]): void {
    for (let from = 0, to = 0; from < traces.length; from = to) {
      const epoch = this.epochOf(traces[from]!.row);
      while (to < traces.length && to - from < JUDGED_TOGETHER && this.epochOf(traces[to]!.row) === epoch) to++;
      this.concludeTogether(epoch, traces.slice(from, to));
    }
  }

  /** After a defect each trace is judged alone: what was emitted already is not again, because its revision is known. */
  private concludeTogether(epoch: Epoch, traces: readonly ClosedTrace[]): void {
    try {
      this.judge.conclude(epoch, traces);
    } catch (error) {
      if (traces.length === 1) this.defect(error);
      else for (const trace of traces) this.concludeTogether(epoch, [trace]);
    }
  }

  private forgotten(row: number): void {
    const muted = (this.assembly.traces.rows[row * ROW_WORDS + FLAGS]! & MUTED) !== 0;
    const epoch = this.epochOf(row);
    try {
      const seen = !muted && epoch.rules.plan.judgesTraces ? epoch : undefined;
      if (this.unfinished.judge(row, seen, this.judgeFrom)) this.conclude([{ row, reason: 'late_span' }]);
    } catch (error) {
      this.defect(error);
    }
    try {
      if (!muted) this.judge.forget(epoch, row);
    } catch (error) {
      this.defect(error);
    }
    this.verdicts.forget(row);
    this.epochs.release(epoch);
  }

  private epochOf(row: number): Epoch {
    return this.epochs.at(this.assembly.traces.rows[row * ROW_WORDS + FLAGS]! >>> EPOCH_SHIFT);
  }

  private passOver(record: SpansRecord, error: unknown, judging: boolean): void {
    if (!judging) {
      this.accounting.context++;
      return;
    }
    this.accounting.received++;
    this.accounting.rejected.undecodable++;
    this.options.undecodable?.(record, messageOf(error));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
