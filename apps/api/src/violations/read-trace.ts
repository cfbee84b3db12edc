import { type Log, TOPICS, type ViolationRecord } from '#messaging';
import { collectTrace } from '#otlp';
import type { Logger } from '#platform';
import { type SpanView, spanViews, type TraceView } from './trace.dto.js';

/** The log is the trace store: a trace is read back from the range of records that its violation names. */
export class ReadTrace {
  constructor(
    private readonly log: Log,
    private readonly logger: Logger,
  ) {}

  /** The spans as they are in the log, each form of them once; `complete` is false when the log no longer has all records. */
  async read(violation: ViolationRecord): Promise<TraceView> {
    const { partition, first_offset: first, last_offset: last } = violation.log;
    const { wire_trace_id } = violation;
    const { start } = await this.log.bounds(TOPICS.spans, partition);
    const spans = new Map<string, SpanView>();
    for await (const { records } of this.log.read(TOPICS.spans, partition, Math.max(first, start), last + 1)) {
      for (const span of records.flatMap(({ value, offset }) => this.collect(value, wire_trace_id, offset))) {
        // The two sides of a call may share an id, and a span may have come in several forms: each is there.
        const content = JSON.stringify(span);
        if (!spans.has(content)) spans.set(content, span);
      }
    }
    return { trace_id: violation.trace_id, wire_trace_id, complete: start <= first, spans: [...spans.values()] };
  }

  private collect(value: Uint8Array, traceId: string, offset: number): SpanView[] {
    try {
      return value.length === 0 ? [] : spanViews(collectTrace(value, traceId));
    } catch (error) {
      this.logger.debug({ err: error, offset }, 'a record of the spans log cannot be read');
      return [];
    }
  }
}
