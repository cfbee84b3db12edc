import type { Evidence, Explanation, TraceView } from '#dsl';
import type { Assembly } from '../assembly/assembly.js';
import type { CloseReason } from '../assembly/close-reason.js';
import type { Epoch } from '../epoch.js';
import { type AssemblySettings, toleranceOf } from '../settings.js';
import { explain, judge } from './budget.js';
import type { BufferPlan } from './buffer-plan.js';
import { BufferedColumns } from './buffered-columns.js';
import { type BufferedSpan, DecodedSpan } from './buffered-span.js';
import type { NamedSpan } from './kept-spans.js';
import type { Revisions } from './revisions.js';
import { concerns, TraceConditions } from './trace-conditions.js';
import type { Verdicts } from './verdicts.js';

/** What a whole span takes of the heap for each of its bytes, as measured with Node 24; and what is kept per trace. */
const WHOLE_FACTOR = 9;
const TRACE_BYTES = 200;

/** What is kept of one trace. */
interface BufferedTrace {
  /** Spans offered: at most `maxSpans`. */
  count: number;
  /** The chain of rows, and how many they are. */
  first: number;
  last: number;
  rows: number;
  readonly ofRows: TraceConditions;
  /** Whole spans, only with rules that need them. */
  whole: WholeSpans | undefined;
}

interface WholeSpans {
  readonly spans: BufferedSpan[];
  readonly held: TraceConditions;
  bytes: number;
}

/** The spans on which rules are judged, and what is known of them. */
interface Judged {
  readonly trace: TraceView;
  readonly spans: readonly BufferedSpan[];
  readonly held: TraceConditions;
  readonly count: number;
}

const NO_WHOLE_SPANS = { spans: [], held: new TraceConditions() };

/**
 * Rules that need several spans of a trace, or whole ones (order, structure, joins, scripts): what they ask of each span alone is
 * noted when it arrives, and they are judged when the trace closes, if it has the spans without which they can't match.
 */
export class BufferedRules {
  private readonly rows = new BufferedColumns();
  private readonly buffers = new Map<number, BufferedTrace>();
  /** Of whole spans, and of what is noted about spans. */
  private otherBytes = 0;

  constructor(
    private readonly settings: AssemblySettings,
    private readonly assembly: Assembly,
    private readonly revisions: Revisions,
    private readonly verdicts: Verdicts,
  ) {}

  /** Bytes that the buffered spans take, about. */
  get bytes(): number {
    return this.rows.bytes + this.otherBytes + this.buffers.size * TRACE_BYTES;
  }

  /** Keeps span `i` of the epoch's record. Beyond `maxSpans` the trace is judged by the spans it has. */
  add(epoch: Epoch, row: number, i: number): void {
    let buffer = this.buffers.get(row);
    if (buffer === undefined) this.buffers.set(row, (buffer = emptyBuffer()));
    if (buffer.count >= this.settings.maxSpans) return;
    buffer.count++;
    const { columns, wholeSpans } = epoch.rules.plan;
    if (columns.rules.length > 0) this.addRow(epoch, buffer, i);
    if (wholeSpans.rules.length > 0) this.addWhole(epoch, buffer, i);
  }

  /** Judges the trace as it is; emits what changed since the last time. */
  conclude(epoch: Epoch, row: number, reason: CloseReason): void {
    const { plan, compiled } = epoch.rules;
    const buffer = this.buffers.get(row) ?? emptyBuffer();
    for (const rule of plan.bufferedRules) {
      if (epoch.alive[rule] === 1) epoch.accounts[rule]!.countEvaluations(compiled.rules[rule]!.subject === 'span' ? buffer.count : 1);
    }
    const onColumns = dueRules(epoch, plan.columns, buffer.ofRows);
    const { spans, held } = buffer.whole ?? NO_WHOLE_SPANS;
    const onWhole = dueRules(epoch, plan.wholeSpans, held);
    if (onColumns.length + onWhole.length === 0) return;
    const columns = onColumns.length === 0 ? undefined : this.judged(row, this.rowsOf(epoch, row, buffer), buffer.ofRows, buffer.count);
    const whole = onWhole.length === 0 ? undefined : this.judged(row, spans, held, buffer.count);
    for (const rule of merged(onColumns, onWhole)) {
      this.concludeRule(epoch, row, rule, (compiled.rules[rule]!.needs === 'columns' ? columns : whole)!, reason);
    }
  }

  forget(row: number): void {
    const buffer = this.buffers.get(row);
    if (buffer === undefined) return;
    this.rows.forget(buffer.first);
    this.otherBytes -= buffer.ofRows.bytes + (buffer.whole === undefined ? 0 : buffer.whole.bytes + buffer.whole.held.bytes);
    this.buffers.delete(row);
  }

  private addWhole(epoch: Epoch, buffer: BufferedTrace, i: number): void {
    buffer.whole ??= { spans: [], held: new TraceConditions(), bytes: 0 };
    const { spans, held } = buffer.whole;
    this.note(held, epoch, i, epoch.rules.plan.wholeSpans, spans.length);
    spans.push(new DecodedSpan(epoch.columns, i));
    const bytes = WHOLE_FACTOR * (epoch.columns.spanEnd[i]! - epoch.columns.spanStart[i]!);
    buffer.whole.bytes += bytes;
    this.otherBytes += bytes;
  }

  private addRow(epoch: Epoch, buffer: BufferedTrace, i: number): void {
    const plan = epoch.rules.plan.columns;
    // A verdict on the trace may name its root, or its first span.
    const isNamed = buffer.count === 1 || epoch.columns.isRoot[i] === 1;
    if (!plan.everySpan && !isNamed && !concerns(epoch, i, plan)) return;
    this.note(buffer.ofRows, epoch, i, plan, buffer.rows++);
    const kept = this.rows.keep(epoch.columns, i, epoch.rules);
    if (buffer.first === 0) buffer.first = kept;
    else this.rows.chain(buffer.last, kept);
    buffer.last = kept;
  }

  private note(held: TraceConditions, epoch: Epoch, i: number, plan: BufferPlan, position: number): void {
    const before = held.bytes;
    held.note(epoch, i, plan, position);
    this.otherBytes += held.bytes - before;
  }

  private rowsOf(epoch: Epoch, row: number, buffer: BufferedTrace): readonly BufferedSpan[] {
    return this.rows.spans(buffer.first, this.verdicts.wireTraceId(row), epoch.rules);
  }

  private judged(row: number, spans: readonly BufferedSpan[], held: TraceConditions, count: number): Judged {
    const complete = this.assembly.isComplete(row);
    return { trace: { id: this.verdicts.traceId(row), spans, complete, tolerance: toleranceOf(this.settings) }, spans, held, count };
  }

  private concludeRule(epoch: Epoch, row: number, rule: number, { trace, spans, held, count }: Judged, reason: CloseReason): void {
    const aboutSpan = epoch.rules.compiled.rules[rule]!.subject === 'span';
    const found = judge(epoch, rule, trace, held);
    const open = this.revisions.open(row, rule);
    if (found.length + open.length === 0) return;
    const matches = new Set(found);
    // A rule numbers its subjects -1 (the trace), 0, 1 …; revisions number them from 0.
    const subjects = new Set([...open.map((subject) => subject - 1), ...matches]);
    for (const subject of [...subjects].sort((a, b) => a - b)) {
      const revision = this.revisions.advance(row, rule, subject + 1, matches.has(subject));
      if (revision === 0) continue;
      if (revision === 1) epoch.accounts[rule]!.matches++;
      const span = spans[subject];
      const explanation = explain(epoch, rule, evidenceOf(trace, spans, count, span));
      this.verdicts.emit({
        rule: epoch.rules.definitions[rule]!,
        row,
        span: named(span ?? standIn(explanation, spans)),
        aboutSpan,
        revision,
        closeReason: reason,
        explanation,
      });
    }
  }
}

function emptyBuffer(): BufferedTrace {
  return { count: 0, first: 0, last: 0, rows: 0, ofRows: new TraceConditions(), whole: undefined };
}

/** The rules that the trace may match, in order: it has all that they need. */
function dueRules(epoch: Epoch, plan: BufferPlan, held: TraceConditions): readonly number[] {
  const { rules } = epoch.rules.compiled;
  const always = plan.always.filter((rule) => epoch.alive[rule] === 1);
  const triggered = new Set<number>();
  for (const condition of held.conditions()) {
    for (const rule of plan.rulesOfTrigger.get(condition) ?? []) {
      if (epoch.alive[rule] === 1 && rules[rule]!.buffered!.needed.every((needed) => held.has(needed))) triggered.add(rule);
    }
  }
  return merged(always, [...triggered]);
}

function merged(some: readonly number[], others: readonly number[]): readonly number[] {
  if (others.length === 0) return some;
  return [...some, ...others].sort((a, b) => a - b);
}

function evidenceOf(trace: TraceView, spans: readonly BufferedSpan[], spanCount: number, span: BufferedSpan | undefined): Evidence {
  const atom = (): { count: number; witnesses: [] } => ({ count: 0, witnesses: [] });
  const evidence = { trace, spans, spanCount, atom };
  return span === undefined ? evidence : { ...evidence, span };
}

/** The span that a verdict on the whole trace names: the first witness, else the root, else the first span. */
function standIn(explanation: Explanation, spans: readonly BufferedSpan[]): BufferedSpan | undefined {
  const witness = explanation.conditions.find(({ witnesses }) => witnesses !== undefined && witnesses.length > 0)?.witnesses?.[0];
  return spans.find(({ id }) => id === witness?.span_id) ?? spans.find(({ isRoot }) => isRoot) ?? spans[0];
}

function named(span: BufferedSpan | undefined): NamedSpan | undefined {
  if (span === undefined) return undefined;
  const { id, wireId, name, service, duration } = span;
  return { spanId: id, wireSpanId: wireId, name, service, duration: Number(duration) };
}
