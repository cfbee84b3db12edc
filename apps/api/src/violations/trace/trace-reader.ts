import { type Log, TOPICS, type ViolationRecord } from '#messaging';
import { collectTrace, type TraceRequest } from '#otlp';
import type { Logger } from '#platform';
import { type SpanView, spanViews, type TraceView } from './trace.dto.js';

/** The log is the trace store: a trace is read back from the range of records that its violation names. */
export class TraceReader {
  constructor(
    private readonly log: Log,
    private readonly logger: Logger,
  ) {}

  /** The spans as they are in the log, each form of them once; `complete` is false when the log no longer has all records. */
  async read(violation: ViolationRecord): Promise<TraceView> {
    const { requests, complete } = await this.requests(violation);
    const spans = new Map<string, SpanView>();
    for (const span of requests.flatMap(spanViews)) {
      // The two sides of a call may share an id, and a span may have come in several forms: each is there.
      const content = JSON.stringify(span);
      if (!spans.has(content)) spans.set(content, span);
    }
    return { trace_id: violation.trace_id, wire_trace_id: violation.wire_trace_id, complete, spans: [...spans.values()] };
  }

  /** Of each record the spans of the trace, in the order of the log. */
  async requests({
    log,
    wire_trace_id,
  }: Pick<ViolationRecord, 'log' | 'wire_trace_id'>): Promise<{ readonly requests: readonly TraceRequest[]; readonly complete: boolean }> {
    const { partition, first_offset: first, last_offset: last } = log;
    const { start } = await this.log.bounds(TOPICS.spans, partition);
    const requests: TraceRequest[] = [];
    let next = first;
    for await (const { records } of this.log.read(TOPICS.spans, partition, Math.max(first, start), last + 1)) {
      if (records[0]!.offset === next) next = records.at(-1)!.offset + 1;
      for (const { value, offset } of records) {
        const request = this.collect(value, wire_trace_id, offset);
        if (request !== undefined && request.resourceSpans.length > 0) requests.push(request);
      }
    }
    return { requests, complete: next > last };
  }

  private collect(value: Uint8Array, traceId: string, offset: number): TraceRequest | undefined {
    try {
      return value.length === 0 ? undefined : collectTrace(value, traceId);
    } catch (error) {
      this.logger.debug({ err: error, offset }, 'a record of the spans log cannot be read');
      return undefined;
    }
  }
}
