import { Accounting } from '../accounting.js';
import { Assembly } from '../assembly/assembly.js';
import type { CommitPoint } from '../assembly/close/low-watermark.js';
import { Pauses } from '../assembly/close/pauses.js';
import { DUPLICATE_SAME_TIMES, isDuplicate, NEW, SAME_TIMES } from '../assembly/duplicates.js';
import { LateSpans } from '../assembly/late-spans.js';
import { Retries } from '../assembly/retries.js';
import { contextWindow } from '../assembly/seen/long-traces.js';
import { isClosed, isKnown, isWithheld } from '../assembly/table/trace-flags.js';
import { FIRST_SPAN_OF_RECORD, type Row, type SpanIndex } from '../index-types.js';
import { Conclusions } from '../judge/conclusions.js';
import { judgedAgain } from '../judge/judged-again.js';
import { SpanJudgement } from '../judge/span/span-judgement.js';
import { SpanRules } from '../judge/span/span-rules.js';
import { TraceJudge } from '../judge/trace-judge.js';
import { Verdicts } from '../judge/verdicts.js';
import type { EngineRecord } from '../record.js';
import { rejectionOf } from '../rejection.js';
import type { Epoch } from '../rules/epoch.js';
import { KeptEpochs } from '../rules/kept-epochs.js';
import { checkSettings } from '../settings.js';
import type { ClosedTrace } from '../verdict/close-reason.js';
import type { Verdict } from '../verdict/verdict.js';
import { Homes } from './homes.js';
import type { PartitionEngineOptions, SpansRecord } from './partition-options.js';
import { CONTENT, writeForms } from './span-form.js';
import { isInProgress } from './spans-in-progress.js';
import { UnfinishedSpans } from './unfinished-spans.js';

/**
 * The evaluator of one partition: reads the log's records, emits verdicts. The verdicts depend on the records and their order alone: no clock, no I/O, no
 * randomness (docs/architecture.md, invariant 2).
 */
export class PartitionEngine {
  readonly accounting: Accounting;
  readonly retries: Retries;
  private readonly judgeFrom: number;
  private readonly assembly: Assembly;
  private readonly epochs: KeptEpochs;
  private readonly homes: Homes;
  private readonly verdicts: Verdicts;
  private readonly spans: SpanJudgement;
  private readonly judge: TraceJudge;
  private readonly late: LateSpans;
  private readonly conclusions: Conclusions;
  private readonly unfinished: UnfinishedSpans;
  /** Trace time: earlier records open no traces, and are read for retries only. */
  private readonly assembleFrom: number;
  /** Traces are remembered for a while, so that the final form of a span in progress can arrive. */
  private readonly waits: boolean;
  private nextOffset = 0;
  private interrupted = false;
  /** The record that is being applied. */
  private applying: EngineRecord | undefined;

  constructor(private readonly options: PartitionEngineOptions) {
    const { partition, settings, ruleSetOf, initialEpoch } = options;
    checkSettings(settings);
    this.waits = settings.idleTimeout + settings.lateWindow > 0;
    this.judgeFrom = options.judgeFrom ?? 0;
    this.accounting = options.accounting ?? new Accounting();
    const events = { closed: (traces: readonly ClosedTrace[]) => this.closed(traces), forgotten: (row: Row) => this.forgotten(row) };
    this.assembly = new Assembly(settings, events, new Pauses(options.paused));
    this.epochs = new KeptEpochs(ruleSetOf(initialEpoch), this.accounting, options.clock);
    this.homes = new Homes(
      this.epochs,
      (home) => this.evaluate(home),
      (record, error) => this.undecodable(record, error),
    );
    this.verdicts = new Verdicts(partition, this.assembly);
    this.spans = new SpanJudgement(new SpanRules(this.assembly, this.verdicts), this.accounting);
    this.judge = new TraceJudge(settings, this.assembly, this.verdicts, options.passed);
    this.conclusions = new Conclusions(
      this.judge,
      (row) => this.epochOf(row),
      (error) => this.defect(error),
    );
    this.retries = new Retries(settings, this.assembly.traces);
    const epochs = { evaluate: (epoch: Epoch) => this.evaluate(epoch), release: (epoch: Epoch) => this.epochs.release(epoch) };
    this.unfinished = new UnfinishedSpans(this.assembly, this.judge, this.spans, this.accounting, this.retries, epochs);
    this.late = new LateSpans(this.assembly.traces);
    if (options.lacksBefore !== undefined) this.assembly.lack(options.lacksBefore);
    this.assembleFrom = (options.committedAt ?? Number.NEGATIVE_INFINITY) - (options.paused ?? 0) - contextWindow(settings);
  }

  /**
   * Applies the next record of the partition. Verdicts go to `sink` before it returns, in an order that the log determines. A record below one that was applied
   * (read again after a reconnection) changes nothing.
   *
   * A defect (an unexpected error) is reported to `defect` and costs as little as possible: the judgement of one trace, or one span for all rules that
   * had not seen it. The trace keeps that span, so a copy of it is a duplicate. The other spans and traces are judged. The state stays consistent:
   * deadlines, duplicates and offsets do not depend on any rule. Only unavailable rules are thrown. Then the record (marker or spans) is not applied, and can
   * be applied again.
   */
  apply(record: EngineRecord, sink: (verdict: Verdict) => void): void {
    if (record.offset < this.nextOffset) return;
    this.nextOffset = record.offset + 1;
    this.applying = record;
    this.verdicts.sink = sink;
    this.verdicts.nextOffset = this.nextOffset;
    const pause = record.kind === 'pause' || record.kind === 'spans' ? record.pause : undefined;
    if (pause !== undefined) this.assembly.pause(pause, record.timestamp);
    this.passTo(record.timestamp);
    if (this.interrupted) this.conclusions.conclude(judgedAgain(this.assembly, this.judge));
    this.interrupted = false;
    if (pause !== undefined) this.assembly.interrupt();
    if (record.kind === 'epoch') this.withRules(record, () => this.epochs.switchTo(record.epoch, this.options.ruleSetOf));
    if (record.kind !== 'spans') return;
    this.retries.passTo(this.assembly.now);
    if (this.assembly.now < this.assembleFrom) {
      this.accounting.context += this.retries.scan(record.value);
      return;
    }
    const epoch = this.withRules(record, () => this.epochs.current());
    try {
      this.applySpans(epoch, record);
    } catch (error) {
      this.defect(error);
    }
  }

  /**
   * The records between the last one applied and the next were deleted, and their spans are lost. So verdicts that those spans could refute are undecided,
   * for every trace that is remembered or may have begun there (docs/decisions/0020). This applies before the next record's time passes, which may close
   * traces that the lost spans would have kept open.
   */
  interrupt(): void {
    this.assembly.lack();
    this.interrupted = true;
  }

  /** Spans of no trace that may still change are below this offset (docs/architecture.md, invariant 3). */
  lowWatermark(): number {
    return Math.max(this.judgeFrom, this.assembly.oldest?.offset ?? this.nextOffset);
  }

  /**
   * What to commit once all verdicts emitted so far are acknowledged. Undefined while a successor still reads the context before its own commit, or waits for
   * a trace of that context to be forgotten: then the former commit stays valid.
   */
  commitPoint(): CommitPoint | undefined {
    const { assembly, epochs, nextOffset } = this;
    const { offset, epoch, time } = assembly.oldest ?? { offset: nextOffset, time: assembly.now, epoch: epochs.number };
    if (offset <= this.judgeFrom || offset === 0) return undefined;
    const { logTime: start, paused } = this.assembly.contextOf(time);
    return { offset, epoch, logTime: time + paused, start, paused };
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

  /** Traces that opened below this offset and are open, or have waiting spans in progress. It visits each trace: call it seldom. */
  openBefore(offset: number): number {
    return this.assembly.openBefore(offset) + this.unfinished.closedBefore(offset);
  }

  /** Open traces and those closed less than `lateWindow` ago. */
  get rememberedTraces(): number {
    return this.assembly.traces.count;
  }

  /**
   * No trace closes or is forgotten before this log time. While it is defined, the owner of an idle partition appends ticks from then on, so that log time
   * advances.
   */
  nextDeadline(): number | undefined {
    const deadlines = [this.assembly.nextDeadline, this.judge.nextDeadline].filter((deadline) => deadline !== undefined);
    return deadlines.length === 0 ? undefined : Math.min(...deadlines);
  }

  /** Approximate bytes of the remembered traces. */
  get memory(): number {
    return this.assembly.bytes + this.judge.bytes + this.epochs.bytes + this.verdicts.bytes + this.unfinished.bytes;
  }

  /**
   * False when remembered traces exceed the memory budget. Only further records close traces, because time is in the log. So the owner continues to read, and
   * makes senders wait until time has passed (docs/decisions/0007).
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
    this.retries.expect(epoch.columns, this.assembly.locate(epoch.columns, spans));
    const { accounting } = this;
    const before = accounting.evaluated + accounting.conflicts;
    for (let i = FIRST_SPAN_OF_RECORD; i < spans; ) i = this.applySpansFrom(epoch, record, i, judging);
    epoch.judged.spans += accounting.evaluated + accounting.conflicts - before;
    this.retries.add(epoch.columns, epoch.anyRejected);
    this.settle(epoch);
    this.late.settle((traces) => this.conclusions.conclude(traces));
  }

  /** Applies the spans from `i` on. Returns where to continue: at the end, or after a span that met a defect. */
  private applySpansFrom(epoch: Epoch, record: SpansRecord, from: SpanIndex, judging: boolean): SpanIndex {
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
    return (i + 1) as SpanIndex;
  }

  private settle(epoch: Epoch): void {
    try {
      this.spans.settle(epoch);
    } catch (error) {
      this.defect(error);
    }
  }

  private evaluate(epoch: Epoch): void {
    epoch.evaluate((error) => this.defect(error));
    writeForms(epoch);
  }

  private passTo(time: number): void {
    try {
      this.assembly.passTo(time);
      this.judge.passTo(this.assembly.now);
    } catch (error) {
      this.defect(error);
    }
  }

  /** Work that needs rules, which may be unavailable; then the record is not applied. */
  private withRules<T>({ offset }: EngineRecord, work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.nextOffset = offset;
      throw error;
    }
  }

  private defect(error: unknown): void {
    this.verdicts.noteDefect();
    this.options.defect?.(this.applying!, error);
  }

  private applySpan(epoch: Epoch, record: SpansRecord, i: SpanIndex, judging: boolean): void {
    const { assembly, accounting } = this;
    const { traces } = assembly;
    const { columns } = epoch;
    if (judging) accounting.received++;
    else accounting.context++;
    const rejection = epoch.anyRejected ? rejectionOf(columns, i) : undefined;
    if (rejection !== undefined) {
      if (judging) accounting.rejected[rejection]++;
      return;
    }
    const row = assembly.rowOf(columns, i) || this.open(epoch, record.offset, i, judging);
    if (epoch.anyInProgress && this.waits && isInProgress(columns, i)) {
      this.unfinished.keep(row, epoch, i, record.offset, judging);
      return;
    }
    const opened = traces.flags(row);
    const home = this.homes.of(opened, epoch, record);
    const form = this.homes.formOf(opened, home ?? epoch, i);
    const seen = assembly.add(row, columns, i, form, record.offset);
    columns.forms[i] = ((form & CONTENT) << 1) | (seen === SAME_TIMES || seen === DUPLICATE_SAME_TIMES ? 1 : 0);
    if (isDuplicate(seen)) {
      if (judging) this.applyCopy(epoch, home, row, i);
      return;
    }
    if (home !== undefined) home.columns.forms[i] = columns.forms[i]!;
    const waited = this.unfinished.end(row, columns, i);
    if (columns.isRoot[i] === 1) assembly.noteRoot(row);
    if (!judging) {
      // Rules about one span alone judge later spans of the trace, but not earlier ones, which the predecessor judged.
      this.retries.isRetry(row, columns, i);
      if (assembly.isFull(row)) assembly.closeFull(row);
      return;
    }
    const flags = traces.flags(row);
    const closed = isClosed(flags);
    if (isKnown(flags) && this.retries.isRetry(row, columns, i)) {
      accounting.retried++;
      accounting.duplicates++;
    } else {
      accounting.countJudged(seen === NEW, waited);
      if (closed) accounting.late++;
      this.spans.judge(epoch, record.offset, row, i, home);
    }
    if (epoch.anyUnusual && home === epoch) this.judge.noteFailures(epoch, row, i);
    else if (epoch.anyUnusual && home !== undefined) this.judge.noteLater(epoch, row, i, home);
    if (home?.rules.plan.judgesTraces === true) {
      if (home !== epoch && home.anyUnusual) this.judge.noteFailures(home, row, i);
      this.judge.feed(home, row, i);
      if (closed || isWithheld(flags)) this.followUp(home, row, closed);
    }
    if (!closed && assembly.isFull(row)) assembly.closeFull(row);
  }

  /** The rules of the trace's home have seen span `i`, in this form. Later rules may see another form in it; they do not judge a retry either. */
  private applyCopy(epoch: Epoch, home: Epoch | undefined, row: Row, i: SpanIndex): void {
    this.accounting.duplicates++;
    if (home === undefined || home === epoch) return;
    if (this.assembly.traces.isRetry(row)) return;
    this.spans.judgeCopy(epoch, row, i, home);
    if (epoch.anyUnusual) this.judge.noteLater(epoch, row, i, home);
  }

  /**
   * A span arrived in a trace that is closed, or whose verdicts were withheld because it seemed to be a retry. A closed trace is judged again after the
   * record. If the trace is no longer a retry, the withheld verdicts are emitted.
   */
  private followUp(home: Epoch, row: Row, closed: boolean): void {
    if (this.assembly.traces.isRetry(row)) return;
    if (closed) this.late.note(row);
    else this.judge.decide(home, row);
  }

  private open(epoch: Epoch, offset: number, i: SpanIndex, judging: boolean): Row {
    const flags = this.retries.openTrace(epoch.columns, i, judging);
    const row = this.assembly.openFor(epoch.columns, i, offset, epoch.number, epoch.slot, flags);
    epoch.traces++;
    if (epoch.columns.hasTraceIdText(i)) this.verdicts.noteTraceText(row, epoch.columns.traceId(i));
    return row;
  }

  private closed(traces: readonly ClosedTrace[]): void {
    const { assembly } = this;
    const judged: ClosedTrace[] = [];
    for (const trace of traces) {
      if (assembly.traces.isUnjudged(trace.row)) continue;
      this.accounting.countClosed(trace.reason, assembly.quietAt(trace.row), this.epochOf(trace.row).number);
      this.options.closed?.(assembly.firstOffset(trace.row));
      // A trace whose spans are all in progress has nothing to judge yet.
      if (assembly.traces.spanCount(trace.row) !== 0 && this.epochOf(trace.row).rules.plan.judgesTraces) judged.push(trace);
    }
    this.conclusions.conclude(judged);
  }

  private forgotten(row: Row): void {
    const contextOnly = this.assembly.traces.isContextOnly(row);
    const epoch = this.epochOf(row);
    try {
      if (this.unfinished.judge(row, contextOnly ? undefined : epoch, this.judgeFrom))
        this.conclusions.conclude([{ row, reason: 'late_span' }]);
    } catch (error) {
      this.defect(error);
    }
    try {
      this.judge.tellLater(row, (ruleId) => this.epochs.isInForce(ruleId));
      if (!contextOnly) this.judge.forget(epoch, row);
    } catch (error) {
      this.defect(error);
    }
    this.verdicts.forget(row);
    this.epochs.release(epoch);
  }

  private epochOf(row: Row): Epoch {
    return this.epochs.at(this.assembly.traces.epochSlot(row));
  }

  private passOver(record: SpansRecord, error: unknown, judging: boolean): void {
    // Another epoch may be able to read it; whether its spans came must not depend on the epoch.
    this.retries.scan(record.value);
    if (!judging) {
      this.accounting.context++;
      return;
    }
    this.accounting.received++;
    this.accounting.rejected.undecodable++;
    this.undecodable(record, error);
  }

  private undecodable(record: SpansRecord, error: unknown): void {
    this.options.undecodable?.(record, error instanceof Error ? error.message : String(error));
  }
}
