import { OWN_SCOPE } from '#base';
import { isTraceId, plainMap, type Span, shownIds } from '#otlp';
import { requestOf } from '../../log-end.js';

/** The longest name, in UTF-16 code units. */
const MAX_NAME = 200;
const STATUS_ERROR = 2;

export interface RecentTrace {
  /** As it was sent, and as 32 hex digits. */
  readonly traceId: string;
  readonly wireTraceId: string;
  /** The root's name; without a root, that of the span that started first. */
  readonly name: string;
  readonly service: string;
  readonly spans: number;
  /** Spans with the status `error`. */
  readonly errors: number;
  /** From the first start to the last end, in nanoseconds. */
  readonly duration: bigint;
  /** Log time of its last record, Unix milliseconds. */
  readonly receivedAt: number;
  /** Whether it has a root, and the parent of every span. */
  readonly complete: boolean;
}

interface Collected {
  readonly traceId: string;
  readonly spans: Map<string, { readonly isError: boolean }>;
  readonly parents: Set<string>;
  root: Named | undefined;
  first: Named;
  end: bigint;
  receivedAt: number;
}

interface Named {
  readonly name: string;
  readonly service: string;
  readonly start: bigint;
}

/** Summaries of traces, from their records in any order. */
export class CollectedTraces {
  private readonly traces = new Map<string, Collected>();

  /** @param isTaken selects traces by their wire ids */
  constructor(private readonly isTaken: (wireId: string) => boolean) {}

  /** Adds the spans of a record; returns their number. Spans that BeTrace emitted are never judged, and left out. */
  add(value: Uint8Array, timestamp: number): number {
    let count = 0;
    for (const { resource, scopeSpans } of requestOf(value).resourceSpans) {
      const service = plainMap(resource?.attributes ?? [])['service.name'];
      for (const { scope, spans } of scopeSpans) {
        count += spans.length;
        if (scope?.name === OWN_SCOPE) continue;
        for (const span of spans) this.addSpan(span, typeof service === 'string' ? service : '', timestamp);
      }
    }
    return count;
  }

  private addSpan(span: Span, service: string, timestamp: number): void {
    const { traceId, spanId, parentSpanId, status, startTimeUnixNano: start, endTimeUnixNano: end } = span;
    if (!isTraceId(traceId) || !this.isTaken(traceId)) return;
    const named = { name: span.name, service, start };
    let trace = this.traces.get(traceId);
    if (trace === undefined) {
      trace = {
        traceId: shownIds(span).traceId,
        spans: new Map(),
        parents: new Set(),
        root: undefined,
        first: named,
        end,
        receivedAt: timestamp,
      };
      this.traces.set(traceId, trace);
    }
    trace.spans.set(spanId, { isError: status?.code === STATUS_ERROR });
    if (parentSpanId === '') trace.root ??= named;
    else trace.parents.add(parentSpanId);
    if (start < trace.first.start) trace.first = named;
    if (end > trace.end) trace.end = end;
    trace.receivedAt = Math.max(trace.receivedAt, timestamp);
  }

  /** Traces that are closed at a log time: complete ones `rootGrace` after their last record, others `idleTimeout` after it (ms). */
  closed({ rootGrace, idleTimeout }: { readonly rootGrace: number; readonly idleTimeout: number }, now: number): RecentTrace[] {
    return [...this.traces].flatMap(([wireTraceId, { traceId, spans, parents, root, first, end, receivedAt }]) => {
      const complete = root !== undefined && [...parents].every((id) => spans.has(id));
      if (receivedAt + (complete ? rootGrace : idleTimeout) > now) return [];
      const { name, service } = root ?? first;
      return [
        {
          traceId: shown(traceId),
          wireTraceId,
          name: shown(name),
          service: shown(service),
          spans: spans.size,
          errors: [...spans.values()].filter(({ isError }) => isError).length,
          duration: end > first.start ? end - first.start : 0n,
          receivedAt,
          complete,
        },
      ];
    });
  }
}

const shown = (text: string): string => text.slice(0, MAX_NAME).toWellFormed();
