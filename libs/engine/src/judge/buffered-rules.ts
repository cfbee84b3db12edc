import type { Evidence, Explanation, TraceView } from '#dsl';
import type { Assembly } from '../assembly/assembly.js';
import type { CloseReason } from '../assembly/close-reason.js';
import type { Epoch } from '../epoch.js';
import { type AssemblySettings, toleranceOf } from '../settings.js';
import { explain, judge } from './budget.js';
import { bufferedSpan } from './buffer-span.js';
import type { BufferedSpan } from './buffered-span.js';
import type { NamedSpan } from './kept-spans.js';
import type { Revisions } from './revisions.js';
import type { Verdicts } from './verdicts.js';

/** What a buffered span takes of the heap, as measured with Node 24: by itself, per value, and per byte of a span kept whole. */
const SPAN_BYTES = 340;
const VALUE_BYTES = 24;
const WHOLE_FACTOR = 8;

/** Rules that need the spans of the whole trace (order, structure, joins, scripts): the spans wait until it closes. */
export class BufferedRules {
  /** Bytes that the buffered spans take, about. */
  bytes = 0;
  private readonly buffers = new Map<number, { readonly spans: BufferedSpan[]; bytes: number }>();

  constructor(
    private readonly settings: AssemblySettings,
    private readonly assembly: Assembly,
    private readonly revisions: Revisions,
    private readonly verdicts: Verdicts,
  ) {}

  /** Keeps span `i` of the epoch's record. Beyond `maxSpans` the trace is judged by the spans it has. */
  add(epoch: Epoch, row: number, i: number): void {
    let buffer = this.buffers.get(row);
    if (buffer === undefined) this.buffers.set(row, (buffer = { spans: [], bytes: 0 }));
    if (buffer.spans.length >= this.settings.maxSpans) return;
    const { columns, rules } = epoch;
    const whole = rules.compiled.reads.buffersSpans;
    const values = columns.attribute.length + columns.resourceAttribute.length;
    const bytes = SPAN_BYTES + (whole ? WHOLE_FACTOR * (columns.spanEnd[i]! - columns.spanStart[i]!) : VALUE_BYTES * values);
    buffer.spans.push(bufferedSpan(columns, i, rules));
    buffer.bytes += bytes;
    this.bytes += bytes;
  }

  /** Judges the trace as it is; emits what changed since the last time. */
  conclude(epoch: Epoch, row: number, reason: CloseReason): void {
    const spans = this.buffers.get(row)?.spans ?? [];
    const trace: TraceView = {
      id: this.verdicts.traceId(row),
      spans,
      complete: this.assembly.isComplete(row),
      tolerance: toleranceOf(this.settings),
    };
    for (const rule of epoch.rules.plan.bufferedRules) {
      if (epoch.alive[rule] === 1) this.concludeRule(epoch, row, rule, trace, spans, reason);
    }
  }

  forget(row: number): void {
    const buffer = this.buffers.get(row);
    if (buffer === undefined) return;
    this.bytes -= buffer.bytes;
    this.buffers.delete(row);
  }

  private concludeRule(
    epoch: Epoch,
    row: number,
    rule: number,
    trace: TraceView,
    spans: readonly BufferedSpan[],
    reason: CloseReason,
  ): void {
    const aboutSpan = epoch.rules.compiled.rules[rule]!.subject === 'span';
    epoch.accounts[rule]!.evaluations += aboutSpan ? spans.length : 1;
    const matches = new Set(judge(epoch, rule, trace));
    // A rule numbers its subjects -1 (the trace), 0, 1 …; revisions number them from 0.
    const subjects = new Set([...this.revisions.open(row, rule).map((subject) => subject - 1), ...matches]);
    for (const subject of [...subjects].sort((a, b) => a - b)) {
      const revision = this.revisions.advance(row, rule, subject + 1, matches.has(subject));
      if (revision === 0) continue;
      if (revision === 1) epoch.accounts[rule]!.matches++;
      const span = spans[subject];
      const explanation = explain(epoch, rule, evidenceOf(trace, spans, span));
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

function evidenceOf(trace: TraceView, spans: readonly BufferedSpan[], span: BufferedSpan | undefined): Evidence {
  const atom = (): { count: number; witnesses: [] } => ({ count: 0, witnesses: [] });
  const evidence = { trace, spans, spanCount: spans.length, atom };
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
