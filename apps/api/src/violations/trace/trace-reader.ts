import { type Log } from '#messaging';
import { collectTrace, type TraceRequest } from '#otlp';
import type { Logger } from '#platform';
import { TOPICS, type ViolationRecord } from '#records';
import { type SpanView, spanViews, type TraceView } from './trace.dto.js';

/** Where the spans of a trace are in the log. */
export type TracePlace = Pick<ViolationRecord, 'trace_id' | 'wire_trace_id' | 'log'>;

/** The times for which spans are judged together (`traces.*`), in milliseconds. */
export interface TraceTimes {
  readonly idleTimeout: number;
  readonly maxAge: number;
  readonly lateWindow: number;
}

export interface ReadTrace {
  /** The spans of the trace in each record, in log order. */
  readonly requests: readonly TraceRequest[];
  /** False if the log has already deleted some of the trace's records. */
  readonly complete: boolean;
  /** Log times of the first and the last record with spans of the trace. */
  readonly times?: { readonly first: number; readonly last: number };
}

/** Reads a trace from the range of records that its violation names: the log is the trace store. */
export class TraceReader {
  constructor(
    private readonly log: Log,
    private readonly logger: Logger,
    private readonly times: TraceTimes,
  ) {}

  /** The spans in the log, each form of them once; `complete` is false if the log lacks some records. */
  async read(place: TracePlace): Promise<TraceView> {
    const { requests, complete, times } = await this.requests(place);
    const spans = new Map<string, SpanView>();
    for (const span of requests.flatMap(spanViews)) {
      // Both sides of a call may share an id, and a span may have several forms: all are shown.
      const content = JSON.stringify(span);
      if (!spans.has(content)) spans.set(content, span);
    }
    const { trace_id, wire_trace_id } = place;
    const late = times === undefined || !complete ? {} : { late_spans_until: this.lateSpansUntil(times) };
    return { trace_id, wire_trace_id, complete, spans: [...spans.values()], ...late };
  }

  private lateSpansUntil({ first, last }: { readonly first: number; readonly last: number }): string {
    const { idleTimeout, maxAge, lateWindow } = this.times;
    return new Date(Math.min(last + idleTimeout, first + maxAge) + lateWindow).toISOString();
  }

  async requests({ log, wire_trace_id }: Omit<TracePlace, 'trace_id'>): Promise<ReadTrace> {
    const { partition, first_offset: first, last_offset: last } = log;
    const { start } = await this.log.bounds(TOPICS.spans, partition);
    const requests: TraceRequest[] = [];
    let times: ReadTrace['times'];
    let next = first;
    for await (const { records } of this.log.read(TOPICS.spans, partition, Math.max(first, start), last + 1)) {
      if (records[0]!.offset === next) next = records.at(-1)!.offset + 1;
      for (const { value, offset, timestamp } of records) {
        const request = this.collect(value, wire_trace_id, offset);
        if (request === undefined || request.resourceSpans.length === 0) continue;
        requests.push(request);
        times = { first: times?.first ?? timestamp, last: timestamp };
      }
    }
    return { requests, complete: next > last, ...(times === undefined ? {} : { times }) };
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
