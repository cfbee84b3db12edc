import { context, propagation, type Tracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

/** The OpenTelemetry SDK of one service: its own resource, its own exporter, as if it were a process of its own. */
export interface Telemetry {
  readonly tracer: Tracer;
  /** Sends what is still queued. */
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** Trace context travels between the services in W3C headers; called once, before any service starts. */
export function installPropagation(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
}

/** `endpoint` is an OTLP/gRPC address such as `http://127.0.0.1:12012`. */
export function startTelemetry(service: string, endpoint: string): Telemetry {
  const processor = new BatchSpanProcessor(new OTLPTraceExporter({ url: endpoint }), { scheduledDelayMillis: 250 });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.version': '1.4.0', 'deployment.environment.name': 'demo' }),
    spanProcessors: [processor],
  });
  return { tracer: provider.getTracer('shop'), flush: () => provider.forceFlush(), shutdown: () => provider.shutdown() };
}
