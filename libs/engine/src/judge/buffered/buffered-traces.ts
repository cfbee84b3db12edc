import type { RuleIndex } from '#dsl';
import { HIGH, LOW, type SpanColumns } from '#otlp';
import type { Row, SpanIndex } from '../../index-types.js';
import type { BufferPlan } from '../../rules/buffer-plan.js';
import { type BufferedSpan, DecodedSpan } from '../../rules/buffered-span.js';
import type { Epoch } from '../../rules/epoch.js';
import { BufferedColumns } from './buffered-columns.js';
import { concerns, TraceConditions } from './trace-conditions.js';

/** Heap bytes of a whole span per wire byte, and per trace. Measured with Node 24. */
const WHOLE_FACTOR = 9;
const TRACE_BYTES = 200;

/** The number of spans when a rule exceeded its steps, and how often in a row it did. */
export interface ExceededSteps {
  readonly spans: number;
  readonly times: number;
}

/** The state of one trace. */
export interface BufferedTrace {
  /** Spans that came: at most `maxSpans`. */
  count: number;
  /** The number of these that were counted as judged. */
  counted: number;
  /** The trace was judged when it had more spans than are kept. */
  wasCut: boolean;
  /** Rules that exceeded their steps in the last judgement. */
  exceeded: Map<RuleIndex, ExceededSteps> | undefined;
  /** The chain of rows, and their number. */
  first: number;
  last: number;
  rows: number;
  readonly ofRows: TraceConditions;
  /** Whether a root was kept; until then the start of the earliest kept span, high word first. */
  rootSeen: boolean;
  startHigh: number;
  startLow: number;
  /** Whole spans, only for rules that need them. */
  whole: WholeSpans | undefined;
}

interface WholeSpans {
  readonly spans: BufferedSpan[];
  readonly held: TraceConditions;
  bytes: number;
}

/** The spans of traces that rules judged at close read, and the conditions that hold on each span, noted when it arrives. */
export class BufferedTraces {
  private readonly rows = new BufferedColumns();
  private readonly buffers = new Map<number, BufferedTrace>();
  /** Bytes of whole spans and of notes about spans. */
  private otherBytes = 0;

  constructor(private readonly maxSpans: number) {}

  /** Approximate bytes of the buffered spans. */
  get bytes(): number {
    return this.rows.bytes + this.otherBytes + this.buffers.size * TRACE_BYTES;
  }

  /** The state of a trace; undefined for a trace without spans. */
  of(row: Row): BufferedTrace {
    return this.buffers.get(row) ?? emptyBuffer();
  }

  /** The spans with columns. @param traceId on the wire */
  spansOf({ first }: BufferedTrace, traceId: string, epoch: Epoch): readonly BufferedSpan[] {
    return this.rows.spans(first, traceId, epoch.rules);
  }

  /** Keeps span `i` of the epoch's record. Beyond `maxSpans` the trace is judged by the kept spans. */
  add(epoch: Epoch, row: Row, i: SpanIndex): void {
    let buffer = this.buffers.get(row);
    if (buffer === undefined) this.buffers.set(row, (buffer = emptyBuffer()));
    if (buffer.count >= this.maxSpans) return;
    buffer.count++;
    const { columns, wholeSpans } = epoch.rules.plan;
    if (columns.rules.length > 0) this.addRow(epoch, buffer, i);
    if (wholeSpans.rules.length > 0) this.addWhole(epoch, buffer, i);
  }

  forget(row: Row): void {
    const buffer = this.buffers.get(row);
    if (buffer === undefined) return;
    this.rows.forget(buffer.first);
    this.otherBytes -= buffer.ofRows.bytes + (buffer.whole === undefined ? 0 : buffer.whole.bytes + buffer.whole.held.bytes);
    this.buffers.delete(row);
  }

  private addWhole(epoch: Epoch, buffer: BufferedTrace, i: SpanIndex): void {
    buffer.whole ??= { spans: [], held: new TraceConditions(), bytes: 0 };
    const { spans, held } = buffer.whole;
    this.note(held, epoch, i, epoch.rules.plan.wholeSpans, spans.length);
    spans.push(new DecodedSpan(epoch.columns, i));
    const bytes = WHOLE_FACTOR * (epoch.columns.spanEnd[i]! - epoch.columns.spanStart[i]!);
    buffer.whole.bytes += bytes;
    this.otherBytes += bytes;
  }

  private addRow(epoch: Epoch, buffer: BufferedTrace, i: SpanIndex): void {
    const plan = epoch.rules.plan.columns;
    const isNamed = mayBeNamed(buffer, epoch.columns, i);
    if (!plan.everySpan && !isNamed && !concerns(epoch, i, plan)) return;
    this.note(buffer.ofRows, epoch, i, plan, buffer.rows++);
    const kept = this.rows.keep(epoch.columns, i, epoch.rules);
    if (buffer.first === 0) buffer.first = kept;
    else this.rows.chain(buffer.last, kept);
    buffer.last = kept;
  }

  private note(held: TraceConditions, epoch: Epoch, i: SpanIndex, plan: BufferPlan, position: number): void {
    const before = held.bytes;
    held.note(epoch, i, plan, position);
    this.otherBytes += held.bytes - before;
  }
}

function emptyBuffer(): BufferedTrace {
  return {
    count: 0,
    counted: 0,
    wasCut: false,
    exceeded: undefined,
    first: 0,
    last: 0,
    rows: 0,
    ofRows: new TraceConditions(),
    rootSeen: false,
    startHigh: 0,
    startLow: 0,
    whole: undefined,
  };
}

/** A verdict on the trace names its root, else its earliest span in span order. */
function mayBeNamed(buffer: BufferedTrace, columns: SpanColumns, i: SpanIndex): boolean {
  if (columns.isRoot[i] === 1) {
    buffer.rootSeen = true;
    return true;
  }
  if (buffer.rootSeen) return false;
  const low = columns.startWords[2 * i + LOW]!;
  const high = columns.startWords[2 * i + HIGH]!;
  const isLater = high > buffer.startHigh || (high === buffer.startHigh && low > buffer.startLow);
  if (buffer.count > 1 && isLater) return false;
  buffer.startHigh = high;
  buffer.startLow = low;
  return true;
}
