import { NO_ROW, type Row, type SpanIndex } from '../index-types.js';
import type { AssemblySettings } from '../settings.js';
import type { ClosedTrace, CloseReason } from '../verdict/close-reason.js';
import { type DeadlineOwner, Deadlines } from './close/deadlines.js';
import { LowWatermark, type Opening } from './close/low-watermark.js';
import { type ContextStart, Pauses } from './close/pauses.js';
import { Duplicates, isDuplicate, type Seen } from './duplicates.js';
import { LongTraces } from './seen/long-traces.js';
import { contextStart } from './seen/retry-window.js';
import { OpenTraces } from './table/open-traces.js';
import type { SpanIds } from './table/span-ids.js';
import {
  backFrom,
  CLOSED,
  CONTINUES,
  EPOCH_SHIFT,
  FLAGS,
  FRAGMENT,
  INTERRUPTED,
  LACKING,
  LAST_OFFSET,
  LAST_TIME,
  MISSING,
  OPENING,
  ROOT_SEEN,
  ROW_WORDS,
  SEEN_BEFORE,
  SPANS,
} from './table/trace-row.js';

/** What the assembly reports to the judge of traces. */
export interface TraceEvents {
  /** These traces are closed, in this order: judge them. */
  closed(traces: readonly ClosedTrace[]): void;
  /** The trace is forgotten: drop its data. Its row is still readable. */
  forgotten(row: Row): void;
}

/**
 * Assembles spans to traces by log time without the pauses of the log (`pauses.ts`). A trace is *open* from its first span until it closes
 * (`close-reason.ts`). Then it is *remembered* while late spans come: for at least `lateWindow`, but at most until `maxAge` + `lateWindow` after its first
 * span. Then it is forgotten. A span that comes later opens a fragment, which is not complete: its root or its parents are gone. `long-traces.ts` says where a
 * fragment ends.
 *
 * All of this happens at the trace's own deadlines. Closing is reported at the first record at or after the deadline; forgetting counts from the spans. So
 * the results do not depend on how many ticks came between.
 */
export class Assembly implements DeadlineOwner {
  readonly traces = new OpenTraces();
  readonly watermark = new LowWatermark();
  readonly duplicates = new Duplicates(this.traces);
  /** Open traces (the table counts the remembered ones). */
  open = 0;
  /** Trace time: the highest timestamp so far, without the pauses. */
  now = Number.NEGATIVE_INFINITY;
  private readonly deadlines: Deadlines;
  private readonly longTraces: LongTraces;
  /** `now` while time passes: the reference for times kept as 32 bits. */
  private before = 0;
  /** Traces closed since the last judgement; those in `outlived` are past their late window. */
  private closing: ClosedTrace[] = [];
  private outlived: Row[] = [];
  /** Records before the next one were deleted, and the trace time before which all of them were written, if known. */
  private lacking = false;
  private lacksBefore = Number.POSITIVE_INFINITY;
  /** A trace that opens before this trace time may have begun in deleted records. */
  private lackUntil = Number.NEGATIVE_INFINITY;
  /** Per span of the record: the row that its trace had when the record came, or 0. */
  private located: Uint32Array<ArrayBuffer> = new Uint32Array(64);
  /** The row that `rowOf` looked up last, or 0; set also for a trace that continues, where `rowOf` answers 0. */
  private lastLookedUp = NO_ROW;

  constructor(
    private readonly settings: AssemblySettings,
    private readonly events: TraceEvents,
    private readonly pauses = new Pauses(),
  ) {
    this.longTraces = new LongTraces(settings);
    this.deadlines = new Deadlines(this.traces, Math.max(settings.rootGrace, settings.maxAge, this.longTraces.silence));
  }

  /** Advances log time to at least this timestamp. Traces whose deadline it reaches close in the order of their deadlines, and are judged together. */
  passTo(logTime: number): void {
    const time = logTime - this.pauses.total;
    this.before = this.now;
    if (time > this.now) this.now = time;
    if (this.lacking) this.lackUntil = Math.min(this.now, this.lacksBefore) + this.longTraces.silence;
    this.lacking = false;
    this.deadlines.passTo(this.now, this);
    this.judgeClosed();
    this.before = this.now;
  }

  /**
   * A record of this log time reports that nothing could be appended for `pause` ms before it: no trace was silent then. The caller then passes the record's
   * time, which closes what was due before the pause, and calls `interrupt`.
   */
  pause(pause: number, logTime: number): void {
    this.pauses.add(pause, logTime, this.now);
  }

  /** Spans sent in the pause may be lost, so no remembered trace is complete. */
  interrupt(): void {
    this.traces.forEach((row) => {
      this.traces.rows[row * ROW_WORDS + FLAGS]! |= INTERRUPTED;
    });
  }

  /**
   * Records before the next one were deleted, all from before this trace time. No remembered trace is known whole any more, nor is one that opens before a
   * silence has passed: it may have begun in these records. A trace that opens later is a trace of its own for every reader.
   */
  lack(before = Number.POSITIVE_INFINITY): void {
    this.traces.forEach((row) => {
      this.traces.rows[row * ROW_WORDS + FLAGS]! |= LACKING;
    });
    this.lacking = true;
    this.lacksBefore = before;
  }

  /** Records that may have held spans of the trace were deleted. */
  lacks(row: Row): boolean {
    return (this.traces.rows[row * ROW_WORDS + FLAGS]! & LACKING) !== 0;
  }

  /** The log's time, Unix ms: the highest timestamp so far. */
  get logTime(): number {
    return this.now + this.pauses.total;
  }

  /**
   * Looks up the traces of the first `spans` spans, before they are added one by one. Answers their rows, 0 for traces to open. Short loops over all of them
   * let the processor wait for the memory of many traces at once. With 260,000 remembered traces that saves a tenth of the cost per span (bench/engine).
   */
  locate(ids: SpanIds, spans: number): Uint32Array {
    if (spans > this.located.length) this.located = new Uint32Array(2 * spans);
    const { located } = this;
    this.traces.findAll(ids.traceIds, spans, located);
    return located;
  }

  /** The row of the trace of span `i`, which was located before; 0 when it is not remembered. */
  rowOf(ids: SpanIds, i: SpanIndex): Row {
    // An earlier span of the record may have opened its trace.
    const row = (this.located[i]! as Row) || this.find(ids, i);
    this.lastLookedUp = row;
    return (this.traces.rows[row * ROW_WORDS + FLAGS]! & CONTINUES) !== 0 ? NO_ROW : row;
  }

  private find({ traceIds }: SpanIds, i: SpanIndex): Row {
    const id = i * 4;
    return this.traces.find(traceIds[id]!, traceIds[id + 1]!, traceIds[id + 2]!, traceIds[id + 3]!);
  }

  /** Opens a trace for span `i`, for which `rowOf` has just answered 0. `flags` and `epoch` (a slot below 2^19) are kept with it. */
  openFor(ids: SpanIds, i: SpanIndex, offset: number, epochNumber: number, epochSlot: number, flags: number): Row {
    const id = i * 4;
    const known = this.lastLookedUp;
    const row = known || this.traces.add(ids.traceIds[id]!, ids.traceIds[id + 1]!, ids.traceIds[id + 2]!, ids.traceIds[id + 3]!);
    const { rows } = this.traces;
    const at = row * ROW_WORDS;
    if (known !== 0) this.deadlines.cancel(row);
    rows[at + OPENING] = this.watermark.open(offset, this.now, epochNumber);
    rows[at + LAST_TIME] = this.now >>> 0;
    rows[at + LAST_OFFSET] = offset >>> 0;
    rows[at + FLAGS] = flags | (epochSlot << EPOCH_SHIFT) | (known === 0 ? 0 : FRAGMENT) | (this.now < this.lackUntil ? LACKING : 0);
    this.deadlines.schedule(row, this.deadlineOf(row));
    this.open++;
    return row;
  }

  /** Adds span `i` to its trace, and answers its relation to it. `form`: 32 bits that distinguish its content (`span-form.ts`). */
  add(row: Row, ids: SpanIds, i: SpanIndex, form: number, offset: number): Seen {
    const { rows } = this.traces;
    const at = row * ROW_WORDS;
    // Also for a known span: to a successor that has not read the earlier ones, it is the first.
    rows[at + LAST_TIME] = this.now >>> 0;
    const seen = this.duplicates.add(row, ids, i, form);
    if (isDuplicate(seen)) return seen;
    rows[at + SPANS]!++;
    rows[at + LAST_OFFSET] = offset >>> 0;
    return seen;
  }

  /** Whether span `i` came before, in this form or another. In either case the trace is not silent, and it extends to this offset. */
  knows(row: Row, ids: SpanIds, i: SpanIndex, offset: number): boolean {
    this.traces.rows[row * ROW_WORDS + LAST_TIME] = this.now >>> 0;
    this.traces.rows[row * ROW_WORDS + LAST_OFFSET] = offset >>> 0;
    return this.duplicates.has(row, ids.spanIds[2 * i]!, ids.spanIds[2 * i + 1]!, ids.isServer(i));
  }

  /** Adds a span that came before, when its trace is about to be forgotten. The time and offset of the trace's last span do not change. */
  addBelated(row: Row, ids: SpanIds, i: SpanIndex, form: number, offset: number): void {
    const { rows } = this.traces;
    const at = row * ROW_WORDS;
    const time = rows[at + LAST_TIME]!;
    const last = rows[at + LAST_OFFSET]!;
    this.add(row, ids, i, form, offset);
    rows[at + LAST_TIME] = time;
    rows[at + LAST_OFFSET] = last;
  }

  /** A root span has ended, or is judged although it has not: only stragglers are awaited. */
  noteRoot(row: Row): void {
    const { rows } = this.traces;
    const at = row * ROW_WORDS;
    if ((rows[at + FLAGS]! & ROOT_SEEN) !== 0) return;
    rows[at + FLAGS]! |= ROOT_SEEN;
    if ((rows[at + FLAGS]! & CLOSED) === 0) this.deadlines.hasten(row, this.deadlineOf(row));
  }

  /** The trace has `maxSpans` spans. */
  isFull(row: Row): boolean {
    return this.traces.rows[row * ROW_WORDS + SPANS]! >= this.settings.maxSpans;
  }

  /** Closes a trace that is full and open, now. */
  closeFull(row: Row): void {
    if (!this.isFull(row) || (this.traces.rows[row * ROW_WORDS + FLAGS]! & CLOSED) !== 0) return;
    this.deadlines.cancel(row);
    this.close(row, 'max_spans');
    this.judgeClosed();
    // Without a late window the trace is forgotten already, and another trace may take its row before the record ends.
    if (this.longTraces.silence === 0) this.located.fill(0);
  }

  /**
   * The log time at which a trace that closes now became quiet, approximately. The trace is remembered for `lateWindow` from then on, even when log time
   * leaps.
   */
  quietAt(row: Row): number {
    return this.forgetAt(row) - this.settings.lateWindow + this.pauses.total;
  }

  deadlineOf(row: Row): number {
    const { rows } = this.traces;
    const at = row * ROW_WORDS;
    const flags = rows[at + FLAGS]!;
    const last = backFrom(this.before, rows[at + LAST_TIME]!);
    if ((flags & CONTINUES) !== 0) return last + this.longTraces.silence;
    if ((flags & CLOSED) !== 0) return this.forgetAt(row);
    const { rootGrace, idleTimeout, maxAge } = this.settings;
    const quiet = (flags & ROOT_SEEN) !== 0 ? Math.min(rootGrace, idleTimeout) : idleTimeout;
    return Math.min(last + quiet, this.watermark.timeOf(rows[at + OPENING]!) + maxAge, this.endOf(row));
  }

  passed(row: Row, deadline: number): void {
    const flags = this.traces.rows[row * ROW_WORDS + FLAGS]!;
    if ((flags & CONTINUES) !== 0) this.traces.remove(row);
    else if ((flags & CLOSED) !== 0) this.forget(row);
    else this.close(row, this.reasonOf(row, deadline));
  }

  /** The end of the current fragment, even if spans continue to come. */
  private endOf(row: Row): number {
    const at = row * ROW_WORDS;
    const opened = this.watermark.timeOf(this.traces.rows[at + OPENING]!);
    const fragment = (this.traces.rows[at + FLAGS]! & FRAGMENT) !== 0;
    return fragment ? this.longTraces.fragmentEnd(opened) : this.longTraces.headEnd(opened);
  }

  private forgetAt(row: Row): number {
    return Math.min(this.silentAt(row), this.endOf(row));
  }

  private silentAt(row: Row): number {
    return backFrom(this.before, this.traces.rows[row * ROW_WORDS + LAST_TIME]!) + this.longTraces.silence;
  }

  /** The root and every named parent were seen, and no pause of the log, and no deleted records, are within the trace. */
  isComplete(row: Row): boolean {
    const at = row * ROW_WORDS;
    return (this.traces.rows[at + FLAGS]! & (ROOT_SEEN | INTERRUPTED | LACKING)) === ROOT_SEEN && this.traces.rows[at + MISSING] === 0;
  }

  /** Whether the trace is a part: of a longer trace, of one with earlier spans, or of one that closed without its root. */
  isFragment(row: Row): boolean {
    const flags = this.traces.rows[row * ROW_WORDS + FLAGS]!;
    return (flags & (FRAGMENT | SEEN_BEFORE)) !== 0 || (flags & (CLOSED | ROOT_SEEN)) === CLOSED;
  }

  firstOffset(row: Row): number {
    return this.watermark.offsetOf(this.traces.rows[row * ROW_WORDS + OPENING]!);
  }

  /** @param nextOffset any offset above the trace's */
  lastOffset(row: Row, nextOffset: number): number {
    return backFrom(nextOffset, this.traces.rows[row * ROW_WORDS + LAST_OFFSET]!);
  }

  /** Open traces that opened below this offset. */
  openBefore(offset: number): number {
    if (this.open === 0) return 0;
    let count = 0;
    this.traces.forEach((row) => {
      const open = (this.traces.rows[row * ROW_WORDS + FLAGS]! & (CLOSED | CONTINUES)) === 0;
      if (open && this.firstOffset(row) < offset) count++;
    });
    return count;
  }

  /** The record that opened the oldest remembered trace. */
  get oldest(): Opening | undefined {
    return this.watermark.oldestOpening;
  }

  /** The first record a successor needs to know which traces continue at a trace time, and which spans are known. */
  contextOf(time: number): ContextStart {
    const from = contextStart(this.settings, time);
    this.pauses.forgetBefore(from);
    return this.pauses.startOf(from);
  }

  /** No trace closes or is forgotten before this log time. */
  get nextDeadline(): number | undefined {
    const { next } = this.deadlines;
    return next === undefined ? undefined : next + this.pauses.total;
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.traces.bytes + this.duplicates.bytes;
  }

  private reasonOf(row: Row, deadline: number): CloseReason {
    const { rows } = this.traces;
    const at = row * ROW_WORDS;
    const { rootGrace, idleTimeout } = this.settings;
    const quietFor = deadline - backFrom(this.before, rows[at + LAST_TIME]!);
    if ((rows[at + FLAGS]! & ROOT_SEEN) !== 0 && quietFor === rootGrace && rootGrace <= idleTimeout) return 'root_grace';
    return quietFor === idleTimeout ? 'idle_timeout' : 'max_age';
  }

  private close(row: Row, reason: CloseReason): void {
    this.traces.rows[row * ROW_WORDS + FLAGS]! |= CLOSED;
    this.open--;
    this.closing.push({ row, reason });
    const forgetAt = this.forgetAt(row);
    if (forgetAt <= this.now) this.outlived.push(row);
    else this.deadlines.schedule(row, forgetAt);
  }

  private judgeClosed(): void {
    const { closing, outlived } = this;
    if (closing.length === 0) return;
    this.closing = [];
    this.outlived = [];
    this.events.closed(closing);
    for (const row of outlived) this.forget(row);
  }

  /** Drops all data of a trace. If it may continue, its id and the time of its last span stay until it was silent. */
  private forget(row: Row): void {
    this.events.forgotten(row);
    this.duplicates.forget(row);
    const { rows } = this.traces;
    const at = row * ROW_WORDS;
    const silentAt = this.silentAt(row);
    this.watermark.release(rows[at + OPENING]!);
    if (silentAt <= this.now) {
      this.traces.remove(row);
      return;
    }
    rows.fill(0, at + SPANS, at + ROW_WORDS);
    rows[at + FLAGS] = CONTINUES;
    this.deadlines.schedule(row, silentAt);
  }
}
