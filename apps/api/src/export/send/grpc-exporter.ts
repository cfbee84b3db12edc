import { Client, status as grpcStatus, type Metadata, type ServiceError } from '@grpc/grpc-js';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { convertLegacyOtlpGrpcOptions } from '@opentelemetry/otlp-grpc-exporter-base';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { decodeExportResponse } from '#otlp';
import { shownAddress } from '#platform';
import { HttpRefusal, NotOtlp } from '../../delivery/refusal.js';
import type { PartialSuccessListener } from './partial-success.js';

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
/** grpc.CompressionAlgorithms.gzip */
const GZIP = 2;
/** Unanswered calls after which the connection is reopened: the machine at its other end may be gone. */
const SILENT_CALLS = 5;

export interface GrpcExporterOptions {
  readonly url: string;
  /** Sent with every call. */
  readonly metadata: Metadata;
  /** Timeout of a call, in milliseconds. */
  readonly timeout: number;
  /** Called when the endpoint accepts a request but rejects some spans, or sends a warning. */
  readonly partial: PartialSuccessListener;
}

/**
 * OTLP over gRPC with the SDK's serialization and settings. The SDK's own exporter shows only gRPC's status. For an answer of another server this is
 * misleading, because its page is read as a frame ("message larger than max"). This exporter sees the answer's headers.
 */
export class GrpcExporter implements SpanExporter {
  private readonly settings: ReturnType<typeof convertLegacyOtlpGrpcOptions>;
  private client: Client | undefined;
  private silent = 0;

  constructor(private readonly options: GrpcExporterOptions) {
    const { url, metadata, timeout } = options;
    this.settings = convertLegacyOtlpGrpcOptions({ url, metadata, timeoutMillis: timeout }, 'TRACES');
  }

  export(spans: ReadableSpan[], answer: (result: ExportResult) => void): void {
    this.send(spans).then(
      () => answer({ code: ExportResultCode.SUCCESS }),
      (error: Error) => answer({ code: ExportResultCode.FAILED, error }),
    );
  }

  async shutdown(): Promise<void> {
    this.client?.close();
  }

  private async send(spans: ReadableSpan[]): Promise<void> {
    const body = Buffer.from(ProtobufTraceSerializer.serializeRequest(spans) ?? new Uint8Array(0));
    const response = await this.call(body);
    const { rejectedSpans = 0, errorMessage = '' } = partialSuccessOf(response) ?? {};
    if (rejectedSpans > 0 || errorMessage !== '') this.options.partial(rejectedSpans, errorMessage);
  }

  private call(body: Buffer): Promise<Buffer> {
    const { url, credentials, compression, metadata, userAgent } = this.settings;
    this.client ??= new Client(url, credentials(), {
      'grpc.default_compression_algorithm': compression === 'gzip' ? GZIP : 0,
      ...(userAgent === undefined ? {} : { 'grpc.primary_user_agent': userAgent }),
    });
    const client = this.client;
    return new Promise((done, fail) => {
      let headers: Metadata | undefined;
      const deadline = Date.now() + this.options.timeout;
      const call = client.makeUnaryRequest(EXPORT, same, same, body, metadata(), { deadline }, (error, response) => {
        if (error === null && response !== undefined) {
          this.silent = 0;
          done(response);
          return;
        }
        if (error !== null) this.countSilence(error, client);
        fail(error === null ? new NotOtlp('gRPC status OK without a message') : readable(error, headers));
      });
      call.on('metadata', (answered: Metadata) => {
        headers = answered;
      });
    });
  }

  private countSilence({ code }: ServiceError, client: Client): void {
    this.silent = code === grpcStatus.DEADLINE_EXCEEDED ? this.silent + 1 : 0;
    if (this.silent <= SILENT_CALLS) return;
    this.silent = 0;
    client.close();
    if (this.client === client) this.client = undefined;
  }
}

const same = (bytes: Buffer): Buffer => bytes;

function partialSuccessOf(response: Buffer): ReturnType<typeof decodeExportResponse> {
  try {
    return decodeExportResponse(response);
  } catch {
    throw new NotOtlp('gRPC status OK with a message that is not an ExportTraceServiceResponse');
  }
}

/** grpc-js's messages for servers that do not speak gRPC. */
const HTTP_STATUS = /Received HTTP status code (\d{3})/;
const NO_HTTP2 = /Protocol error/;
const NO_STATUS = /Call ended without gRPC status/;

/** The error itself or, if the server does not speak gRPC, what it answered. */
function readable(error: ServiceError, headers: Metadata | undefined): Error {
  const type = text(headers, 'content-type');
  const [, http] = HTTP_STATUS.exec(error.details) ?? [];
  if (http !== undefined && http !== '200') {
    const location = text(headers, 'location');
    const to = location === undefined ? '' : ` to ${shownAddress(location)}`;
    return new HttpRefusal(Number(http), `without gRPC${to}${type === undefined ? '' : ` (${type})`}`, { page: true });
  }
  if (type !== undefined && !type.startsWith('application/grpc')) return new NotOtlp(`HTTP 200 with ${type}, where gRPC was expected`);
  if (http !== undefined || NO_STATUS.test(error.details))
    return new NotOtlp('HTTP 200 without grpc-status; a proxy may have dropped the trailers');
  if (error.code === grpcStatus.UNAVAILABLE && NO_HTTP2.test(error.details)) return new NotOtlp('it does not speak HTTP/2, as gRPC does');
  return error;
}

function text(headers: Metadata | undefined, name: string): string | undefined {
  const [value] = headers?.get(name) ?? [];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
