import { gzipSync } from 'node:zlib';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { convertLegacyHttpOptions } from '@opentelemetry/otlp-exporter-base/node-http';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { shownAddress } from '#platform';
import { answerText, isPage } from '../../delivery/answer-text.js';
import { isSuccess, type PostAnswer, post } from '../../delivery/post.js';
import { HttpRefusal } from '../../delivery/refusal.js';
import { otlpAnswer } from './otlp-answer.js';
import type { PartialSuccessListener } from './partial-success.js';

export interface HttpExporterOptions {
  /** With its path. */
  readonly url: string;
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly headers: Readonly<Record<string, string>>;
  /** Timeout of a call, in milliseconds. */
  readonly timeout: number;
  /** Called when the endpoint accepts a request but rejects some spans, or sends a warning. */
  readonly partial: PartialSuccessListener;
}

/**
 * OTLP over HTTP with the SDK's serialization and settings (compression and certificates by its variables). The SDK's own exporter retries by itself, and then
 * hides status and Retry-After. Here each call is one request, and a refusal holds the answer.
 */
export class HttpExporter implements SpanExporter {
  private readonly settings: ReturnType<typeof convertLegacyHttpOptions>;
  private readonly serializer: typeof ProtobufTraceSerializer;

  constructor(private readonly options: HttpExporterOptions) {
    const json = options.protocol === 'http/json';
    this.serializer = json ? JsonTraceSerializer : ProtobufTraceSerializer;
    const type = { 'Content-Type': json ? 'application/json' : 'application/x-protobuf' };
    const { url, headers, timeout } = options;
    this.settings = convertLegacyHttpOptions({ url, headers: { ...headers }, timeoutMillis: timeout }, 'TRACES', 'v1/traces', type);
  }

  export(spans: ReadableSpan[], answer: (result: ExportResult) => void): void {
    this.send(spans).then(
      () => answer({ code: ExportResultCode.SUCCESS }),
      (error: Error) => answer({ code: ExportResultCode.FAILED, error }),
    );
  }

  async shutdown(): Promise<void> {
    const { protocol } = new URL(this.options.url);
    (await this.settings.agentFactory(protocol)).destroy();
  }

  private async send(spans: ReadableSpan[]): Promise<void> {
    const body = this.serializer.serializeRequest(spans) ?? new Uint8Array(0);
    const { status, contentType, location, retryAfter, content } = await this.post(body);
    if (!isSuccess(status)) {
      const text = [location === undefined ? '' : `to ${shownAddress(location, this.options.url)}`, answerText(content)];
      const page = isPage(contentType, content);
      throw new HttpRefusal(status, text.filter((part) => part !== '').join(' '), {
        page,
        ...(retryAfter === undefined ? {} : { retryAfter }),
      });
    }
    const { rejectedSpans = 0, errorMessage = '' } = otlpAnswer(status, contentType, content) ?? {};
    if (rejectedSpans > 0 || errorMessage !== '') this.options.partial(rejectedSpans, errorMessage);
  }

  private async post(body: Uint8Array): Promise<PostAnswer> {
    const { agentFactory, headers, compression } = this.settings;
    const { url, timeout } = this.options;
    const packed = compression === 'gzip' ? gzipSync(body) : body;
    const encoding: Record<string, string> = compression === 'gzip' ? { 'Content-Encoding': 'gzip' } : {};
    return post(url, packed, { headers: { ...(await headers()), ...encoding }, agent: await agentFactory(new URL(url).protocol), timeout });
  }
}
