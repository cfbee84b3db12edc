import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { gzipSync } from 'node:zlib';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { convertLegacyHttpOptions } from '@opentelemetry/otlp-exporter-base/node-http';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { shownAddress } from '#platform';
import { answerText, isPage } from '../../delivery/answer-text.js';
import { HttpRefusal } from '../../delivery/refusal.js';
import { ANSWER_BYTES, otlpAnswer } from './otlp-answer.js';
import type { PartialSuccessListener } from './partial-success.js';

export interface HttpExporterOptions {
  /** With its path. */
  readonly url: string;
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds that a call may take. */
  readonly timeout: number;
  /** The endpoint took a request, but not all of its spans, or has something to say. */
  readonly partial: PartialSuccessListener;
}

/**
 * OTLP over HTTP with the SDK's serialization and settings (compression and certificates by its variables). The SDK's own exporter
 * repeats by itself and then tells neither status nor Retry-After; here each call is one request, and a refusal says what was answered.
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
    if (status < 200 || status > 299) {
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

  private async post(body: Uint8Array): Promise<Answer> {
    const url = new URL(this.options.url);
    const { agentFactory, headers, compression } = this.settings;
    const packed = compression === 'gzip' ? gzipSync(body) : body;
    const encoding: Record<string, string> = compression === 'gzip' ? { 'Content-Encoding': 'gzip' } : {};
    // Without it a server may compress the answer as it likes (RFC 9110, 12.5.3).
    const all = { 'Accept-Encoding': 'identity', ...(await headers()), ...encoding, 'Content-Length': String(packed.length) };
    const agent = await agentFactory(url.protocol);
    return new Promise((done, fail) => {
      const { timeout } = this.options;
      const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(
        url,
        { method: 'POST', headers: all, agent, signal: AbortSignal.timeout(timeout) },
        (response) => read(response).then(done, fail),
      );
      request.on('error', (error) => fail(error.name === 'TimeoutError' ? new Error(`no answer within ${timeout} ms`) : plain(error)));
      request.end(packed);
    });
  }
}

interface Answer {
  readonly status: number;
  readonly contentType?: string;
  readonly location?: string;
  readonly retryAfter?: number;
  readonly content: Buffer;
}

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length;
    chunks.push(chunk as Buffer);
    if (bytes > ANSWER_BYTES) break;
  }
  const { headers, statusCode = 0 } = response;
  const { location, 'content-type': contentType } = headers;
  const retryAfter = retryAfterOf(headers['retry-after']);
  return {
    status: statusCode,
    content: Buffer.concat(chunks),
    ...(contentType === undefined ? {} : { contentType }),
    ...(location === undefined ? {} : { location }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}

/** RFC 9110, 10.2.3: seconds, or a date. Answers milliseconds. */
function retryAfterOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const milliseconds = /^\s*\d+\s*$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined;
}

/** Several addresses that refuse are one error without a text of its own. */
function plain(error: Error & { readonly errors?: readonly Error[] }): Error {
  return error.message === '' && error.errors?.[0] ? error.errors[0] : error;
}
