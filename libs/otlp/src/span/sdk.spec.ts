import { describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { decodeRequestJson } from '../json/decode-request-json.js';
import { scan } from '../scan/scan.js';
import { plainMap } from './attribute.js';
import { decodeRequest } from './decode-request.js';

/** A small trace recorded by the OpenTelemetry SDK. */
function recorded(): ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'checkout' }),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('shop', '1.2.3');
  const root = tracer.startSpan('POST /orders', { kind: SpanKind.SERVER, startTime: [1_699_000_000, 1] }, ROOT_CONTEXT);
  const charge = tracer.startSpan(
    'charge',
    {
      kind: SpanKind.CLIENT,
      startTime: [1_699_000_000, 5],
      attributes: { 'user.id': 'u-1', amount: 12.5, items: 3, big: 2 ** 53, tags: ['a', 'é'], paid: true },
      links: [{ context: root.spanContext() }],
    },
    trace.setSpan(ROOT_CONTEXT, root),
  );
  charge.addEvent('retry', { attempt: 2 }, [1_699_000_001, 0]);
  charge.setStatus({ code: SpanStatusCode.ERROR, message: 'declined' });
  charge.end([1_699_000_001, 999_999_999]);
  root.end([1_699_000_002, 1]);
  return exporter.getFinishedSpans();
}

describe('spans of the OpenTelemetry SDK', () => {
  const spans = recorded();
  const model = decodeRequest(ProtobufTraceSerializer.serializeRequest(spans)!);

  it('are read from protobuf', () => {
    const [{ resource, scopeSpans }] = model.resourceSpans as [(typeof model.resourceSpans)[0]];
    expect(plainMap(resource!.attributes)['service.name']).toBe('checkout');
    expect(scopeSpans[0]!.scope).toMatchObject({ name: 'shop', version: '1.2.3' });
    const [charge, root] = scopeSpans[0]!.spans;
    expect(root).toMatchObject({
      name: 'POST /orders',
      kind: 2,
      parentSpanId: '',
      startTimeUnixNano: 1_699_000_000_000_000_001n,
      endTimeUnixNano: 1_699_000_002_000_000_001n,
    });
    expect(charge).toMatchObject({
      traceId: spans[0]!.spanContext().traceId,
      spanId: spans[0]!.spanContext().spanId,
      parentSpanId: root!.spanId,
      kind: 3,
      endTimeUnixNano: 1_699_000_001_999_999_999n,
      status: { code: 2, message: 'declined' },
      events: [{ name: 'retry', timeUnixNano: 1_699_000_001_000_000_000n }],
      links: [{ traceId: root!.traceId, spanId: root!.spanId }],
    });
    expect({ ...plainMap(charge!.attributes) }).toEqual({
      'user.id': 'u-1',
      amount: 12.5,
      items: 3,
      big: 9007199254740992n,
      tags: ['a', 'é'],
      paid: true,
    });
  });

  it('are the same from JSON', () => {
    expect(decodeRequestJson(JsonTraceSerializer.serializeRequest(spans)!)).toEqual(model);
  });

  it('pass the scan', () => {
    expect(scan(ProtobufTraceSerializer.serializeRequest(spans)!)).toMatchObject({ spans: 2, accepted: 2, rejected: 0 });
  });
});
