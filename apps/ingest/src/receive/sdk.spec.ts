import { afterEach, describe, expect, it } from '@jest/globals';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BasicTracerProvider, SimpleSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { LogUnavailable } from '#messaging';
import { HeldLog } from '../../../../test/fixtures/ingest/held-log.js';
import { loggedSpans, openMemoryLog, type RunningIngest, startIngest } from '../../../../test/fixtures/ingest/start-ingest.js';

/** The exporters of the OpenTelemetry SDK for JavaScript, as their users configure them. */
const exporters: Record<string, (ingest: RunningIngest) => SpanExporter> = {
  'over gRPC': ({ grpcPorts }) => new GrpcExporter({ url: `http://127.0.0.1:${grpcPorts[0]}` }),
  'over HTTP with protobuf': ({ url }) => new ProtobufExporter({ url: `${url}/v1/traces` }),
  'over HTTP with JSON': ({ url }) => new JsonExporter({ url: `${url}/v1/traces` }),
};

async function emit(exporter: SpanExporter, name: string): Promise<void> {
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  provider
    .getTracer('shop')
    .startSpan(name, { attributes: { big: 2 ** 40, rate: 0.5, tags: ['a', 'b'] } })
    .end();
  await provider.forceFlush();
  await provider.shutdown();
}

describe('the OpenTelemetry SDK', () => {
  let log: HeldLog;
  let ingest: RunningIngest;
  afterEach(() => ingest.stop());
  const start = async () => {
    log = new HeldLog(await openMemoryLog(4));
    ingest = await startIngest({}, log);
  };

  it.each(Object.entries(exporters))('gets its spans into the log %s', async (name, exporter) => {
    await start();
    await emit(exporter(ingest), name);
    const logged = await loggedSpans(log);
    expect(logged.map(({ span }) => span)).toEqual([
      expect.objectContaining({ name, attributes: expect.arrayContaining([{ key: 'big', value: { type: 'int', value: 2 ** 40 } }]) }),
    ]);
  });

  it('sends spans again after a 503', async () => {
    await start();
    log.fail(new LogUnavailable('BT_LOG_FAILED', { path: '/data', reason: 'disk full' }));
    setTimeout(() => log.fail(undefined), 300);
    await emit(exporters['over HTTP with protobuf']?.(ingest) as SpanExporter, 'patient');
    expect((await loggedSpans(log)).map(({ span }) => span.name)).toEqual(['patient']);
  });
});
