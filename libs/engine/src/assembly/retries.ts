import { type Projection, project, SpanColumns } from '#otlp';
import { FIRST_SPAN_OF_RECORD, type Row, type SpanIndex } from '../index-types.js';
import type { AssemblySettings } from '../settings.js';
import { SeenSpans } from './seen/seen-spans.js';
import type { OpenTraces } from './table/open-traces.js';
import { CONTEXT_ONLY, FLAGS, KNOWN, RETRIED, ROW_WORDS, SEEN_BEFORE } from './table/trace-row.js';

/** Always read: what distinguishes spans, and the scope, which marks BeTrace's own. */
const IDENTITY: Projection = { fields: new Set(['scope']), attributes: [], resourceAttributes: [] };

/**
 * Spans that come again after their trace was forgotten, because their sender had no answer (docs/decisions/0027). A trace that opens with such a span is a
 * *retry* until another span comes; a retry is not reported.
 */
export class Retries {
  private readonly seen: SeenSpans | undefined;
  private readonly columns = new SpanColumns();

  constructor(
    settings: AssemblySettings,
    private readonly traces: OpenTraces,
  ) {
    this.seen = (settings.retryWindow ?? 0) === 0 ? undefined : new SeenSpans(settings);
  }

  /** A record with spans comes at this trace time. */
  passTo(time: number): void {
    this.seen?.passTo(time);
  }

  /** Notes the spans of a record whose traces belong to another partition. Returns their number; an unreadable record has none. */
  scan(value: Uint8Array): number {
    const { columns, seen } = this;
    columns.clear();
    try {
      project(value, IDENTITY, columns);
    } catch {
      return 0;
    }
    if (seen === undefined) return columns.length;
    for (let i = FIRST_SPAN_OF_RECORD; i < columns.length; i++) seen.expectTrace(columns, i);
    for (let i = FIRST_SPAN_OF_RECORD; i < columns.length; i++) seen.openTrace(columns, i);
    seen.add(columns);
    return columns.length;
  }

  /** `located` is 0 for spans whose traces are about to open. */
  expect(columns: SpanColumns, located: Uint32Array): void {
    const { seen } = this;
    if (seen !== undefined) for (let i = FIRST_SPAN_OF_RECORD; i < columns.length; i++) if (located[i] === 0) seen.expectTrace(columns, i);
  }

  /** The flags of a trace that opens with span `i`. A trace before the offset from which the engine judges is context, not a retry. */
  openTrace(columns: SpanColumns, i: SpanIndex, judging: boolean): number {
    const known = this.seen?.openTrace(columns, i) === true ? KNOWN : 0;
    if (!judging) return CONTEXT_ONLY | known;
    return known === 0 ? 0 : KNOWN | RETRIED;
  }

  /** Span `i` is new to its trace. Unless it came before the trace opened, the trace is no longer a retry. */
  isRetry(row: Row, columns: SpanColumns, i: SpanIndex): boolean {
    const { rows } = this.traces;
    const at = row * ROW_WORDS + FLAGS;
    if ((rows[at]! & KNOWN) === 0) return false;
    const isRepeated = this.seen!.has(columns, i);
    if (isRepeated) rows[at]! |= SEEN_BEFORE;
    else rows[at]! &= ~RETRIED;
    return isRepeated;
  }

  /** Notes the spans of the current record. @param rejected whether any is not evaluated (`anyRejected`) */
  add(columns: SpanColumns, rejected: boolean): void {
    this.seen?.add(columns, rejected);
  }

  /** Spans forgotten too early, because too many came. */
  get dropped(): number {
    return this.seen?.dropped ?? 0;
  }

  /** Bytes of known spans; outside the memory budget, because `retrySpans` bounds them. */
  get bytes(): number {
    return this.seen?.bytes ?? 0;
  }
}
