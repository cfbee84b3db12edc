import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import { type ExportProtocol, exportUrl } from '#platform';
import type { PartialSuccessListener } from './partial-success.js';

export interface ExporterSettings {
  readonly endpoint: string;
  readonly protocol: ExportProtocol;
  /** Sent with each export. */
  readonly headers: Readonly<Record<string, string>>;
  /** Timeout of one export call, in milliseconds. */
  readonly timeout: number;
  readonly partial: PartialSuccessListener;
}

/** Opens the exporter of the protocol, and loads only its module. */
export async function openExporter({ endpoint, protocol, headers, timeout, partial }: ExporterSettings): Promise<SpanExporter> {
  const url = exportUrl(endpoint, protocol);
  switch (protocol) {
    case 'grpc': {
      const { Metadata } = await import('@grpc/grpc-js');
      const { GrpcExporter } = await import('./grpc-exporter.js');
      const metadata = new Metadata();
      for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
      return new GrpcExporter({ url, metadata, timeout, partial });
    }
    default: {
      const { HttpExporter } = await import('./http-exporter.js');
      return new HttpExporter({ url, protocol, headers, timeout, partial });
    }
  }
}
