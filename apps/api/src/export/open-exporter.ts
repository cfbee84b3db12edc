import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import { type ExportProtocol, exportUrl } from './endpoint.js';

export interface ExporterSettings {
  readonly endpoint: string;
  readonly protocol: ExportProtocol;
  /** Sent with each export. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds that one export call may take. */
  readonly timeout: number;
}

/** The SDK's exporter for the protocol; the module of that protocol alone is loaded. */
export async function openExporter({ endpoint, protocol, headers, timeout }: ExporterSettings): Promise<SpanExporter> {
  const options = { url: exportUrl(endpoint, protocol), timeoutMillis: timeout };
  switch (protocol) {
    case 'grpc': {
      const { Metadata } = await import('@grpc/grpc-js');
      const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-grpc');
      const metadata = new Metadata();
      for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
      return new OTLPTraceExporter({ ...options, metadata });
    }
    case 'http/protobuf': {
      const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto');
      return new OTLPTraceExporter({ ...options, headers: { ...headers } });
    }
    case 'http/json': {
      const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
      return new OTLPTraceExporter({ ...options, headers: { ...headers } });
    }
  }
}
