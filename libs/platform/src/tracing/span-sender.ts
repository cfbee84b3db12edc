import type { Client } from '@grpc/grpc-js';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { type ExportProtocol, exportUrl } from '../export-endpoint.js';
import { contentOf, type LostSpans, lossIn, lossOver } from './export-answer.js';

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
/** Timeout of a request (ms). */
const TIMEOUT_MS = 10_000;

export interface SenderSettings {
  readonly endpoint: string;
  readonly protocol: ExportProtocol;
  readonly headers: Readonly<Record<string, string>>;
  /** Called for each request, with those of its spans that are lost. */
  readonly sent: (spans: number, lost: LostSpans | undefined) => void;
}

/**
 * Sends spans in the SDK's serialization, each once. The SDK's own exporters are not used, because they add the headers of `OTEL_EXPORTER_OTLP_HEADERS`, a
 * secret of the violations export.
 */
export class SpanSender implements SpanExporter {
  private readonly url: string;
  private client: Client | undefined;

  constructor(private readonly settings: SenderSettings) {
    this.url = exportUrl(settings.endpoint, settings.protocol);
  }

  export(spans: ReadableSpan[], answer: (result: ExportResult) => void): void {
    this.send(spans)
      .catch((error: Error): LostSpans => ({ spans: spans.length, reason: error.message }))
      .then((lost) => {
        this.settings.sent(spans.length, lost);
        // A failure is reported already: the SDK would print it.
        answer({ code: ExportResultCode.SUCCESS });
      });
  }

  async shutdown(): Promise<void> {
    this.client?.close();
  }

  private send(spans: ReadableSpan[]): Promise<LostSpans | undefined> {
    return this.settings.protocol === 'grpc' ? this.call(spans) : this.post(spans, this.settings.protocol);
  }

  private async post(spans: ReadableSpan[], protocol: 'http/protobuf' | 'http/json'): Promise<LostSpans | undefined> {
    const json = protocol === 'http/json';
    const body = (json ? JsonTraceSerializer : ProtobufTraceSerializer).serializeRequest(spans) ?? new Uint8Array(0);
    const response = await fetch(this.url, {
      method: 'POST',
      body: Buffer.from(body),
      headers: { ...this.settings.headers, 'content-type': json ? 'application/json' : 'application/x-protobuf' },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const content = await contentOf(response);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return lossOver(response.headers.get('content-type'), content, spans.length);
  }

  private async call(spans: ReadableSpan[]): Promise<LostSpans | undefined> {
    const grpc = await import('@grpc/grpc-js');
    const { protocol, host } = new URL(this.url);
    this.client ??= new grpc.Client(host, protocol === 'https:' ? grpc.credentials.createSsl() : grpc.credentials.createInsecure());
    const { client } = this;
    const metadata = new grpc.Metadata();
    for (const [name, value] of Object.entries(this.settings.headers)) metadata.set(name, value);
    const body = Buffer.from(ProtobufTraceSerializer.serializeRequest(spans) ?? new Uint8Array(0));
    const same = (bytes: Buffer): Buffer => bytes;
    const response = await new Promise<Buffer>((done, fail) => {
      client.makeUnaryRequest(EXPORT, same, same, body, metadata, { deadline: Date.now() + TIMEOUT_MS }, (error, message) =>
        error === null ? done(message ?? Buffer.alloc(0)) : fail(error),
      );
    });
    return lossIn(response, spans.length);
  }
}
