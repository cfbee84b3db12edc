import { encodeRequest, OWN_SCOPE } from '#otlp';
import type { EngineRecord } from '../record.js';

/** A span as tests write it: small numbers for ids. */
export interface TestSpan {
  readonly trace: number;
  readonly span: number;
  /** 0: a root span. */
  readonly parent: number;
  readonly name: string;
  readonly service: string;
  readonly error: boolean;
  /** Nanoseconds. */
  readonly start: number;
  readonly duration: number;
  /** The attribute `n`. */
  readonly n?: number;
  readonly own?: boolean;
}

export const A_SPAN: TestSpan = { trace: 1, span: 1, parent: 0, name: 'a', service: 's1', error: false, start: 1000, duration: 10 };

export const traceIdOf = (trace: number): string => trace.toString(16).padStart(32, '0');
export const spanIdOf = (span: number): string => span.toString(16).padStart(16, '0');

/** An OTLP request with these spans, in this order. */
export function requestOf(spans: readonly TestSpan[]): Uint8Array {
  return encodeRequest({
    resourceSpans: spans.map((span) => ({
      resource: {
        attributes: [{ key: 'service.name', value: { type: 'string', value: span.service } }],
        droppedAttributesCount: 0,
      },
      schemaUrl: '',
      scopeSpans: [
        {
          scope: { name: span.own === true ? OWN_SCOPE : 'test', version: '', attributes: [], droppedAttributesCount: 0 },
          schemaUrl: '',
          spans: [
            {
              traceId: traceIdOf(span.trace),
              spanId: spanIdOf(span.span),
              traceState: '',
              parentSpanId: span.parent === 0 ? '' : spanIdOf(span.parent),
              name: span.name,
              kind: 2,
              startTimeUnixNano: BigInt(span.start),
              endTimeUnixNano: BigInt(span.start + span.duration),
              attributes: span.n === undefined ? [] : [{ key: 'n', value: { type: 'int', value: span.n } }],
              droppedAttributesCount: 0,
              events: [],
              droppedEventsCount: 0,
              links: [],
              droppedLinksCount: 0,
              status: span.error ? { code: 2, message: '' } : undefined,
              flags: 0,
            },
          ],
        },
      ],
    })),
  });
}

/** A record of the log as tests write it. */
export type TestRecord =
  | { readonly time: number; readonly spans: readonly TestSpan[] }
  | { readonly time: number; readonly epoch: number }
  | { readonly time: number };

/** The log: record k has offset k. */
export function logOf(records: readonly TestRecord[]): EngineRecord[] {
  return records.map((record, offset) => {
    if ('spans' in record) return { kind: 'spans', offset, timestamp: record.time, value: requestOf(record.spans) };
    if ('epoch' in record) return { kind: 'epoch', offset, timestamp: record.time, epoch: record.epoch };
    return { kind: 'tick', offset, timestamp: record.time };
  });
}
