import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import { type ExportProtocol, exportUrl } from './endpoint.js';

export interface ExporterSettings {
  readonly endpoint: string;
  readonly protocol: ExportProtocol;
  /** Milliseconds that one export call may take. */
  readonly timeout: number;
}

/** The SDK's exporter for the protocol; the module of the protocol alone is loaded. */
export async function openExporter(settings: ExporterSettings): Promise<SpanExporter> {
  const options = { url: exportUrl(settings.endpoint, settings.protocol), timeoutMillis: settings.timeout };
  switch (settings.protocol) {
    case 'grpc': {
      const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-grpc');
      return new OTLPTraceExporter(options);
    }
    case 'http/protobuf': {
      const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto');
      return new OTLPTraceExporter(options);
    }
    case 'http/json': {
      const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
      return new OTLPTraceExporter(options);
    }
  }
}
