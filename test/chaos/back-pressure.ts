import { readFileSync } from 'node:fs';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { decodeRetryDelay } from '../fixtures/ingest/retry-info.js';
import type { BeTrace } from '../harness/betrace.js';

export interface Refusal {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly milliseconds: number;
}

/** Posts concurrent requests of about this many bytes. */
export function flood(ingest: BeTrace, requests: number, bytes: number): Promise<Refusal[]> {
  const span = { trace_id: 'flood', span_id: 's', name: 'x'.repeat(bytes), start_time: 0, duration: 1 };
  const body = JSON.stringify({ spans: [span] });
  return Promise.all(
    Array.from({ length: requests }, async () => {
      const since = performance.now();
      const answer = await fetch(`${ingest.url}/v1/spans`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      await answer.arrayBuffer();
      return { status: answer.status, retryAfter: answer.headers.get('retry-after'), milliseconds: performance.now() - since };
    }),
  );
}

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const asIs = (bytes: Buffer): Buffer => bytes;

/** The error of an export over gRPC, with the milliseconds of its RetryInfo; undefined: success. */
export async function exportOverGrpc(
  ingest: BeTrace,
  request: Uint8Array,
  timeoutMs = 60_000,
): Promise<{ code: number; retryDelay: number | undefined } | undefined> {
  const client = new Client(`127.0.0.1:${ingest.ports.grpc}`, credentials.createInsecure());
  try {
    return await new Promise((resolve) => {
      client.makeUnaryRequest(EXPORT, asIs, asIs, Buffer.from(request), new Metadata(), { deadline: Date.now() + timeoutMs }, (error) => {
        const details = error?.metadata.get('grpc-status-details-bin')[0];
        resolve(error ? { code: error.code, retryDelay: details ? decodeRetryDelay(details as Buffer) : undefined } : undefined);
      });
    });
  } finally {
    client.close();
  }
}

/** The peak memory of a process in bytes; undefined if the system does not report it. */
export function peakMemory({ process }: BeTrace): number | undefined {
  try {
    const kib = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${process.pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}

/**
 * Exports slow spans named `call`, each a trace, with the SDK's exporter, which retries a few times. Like a collector's queue, it exports them again after the
 * exporter gave up. Resolves when they are accepted.
 */
export async function exportBySdk(ingest: BeTrace, count: number): Promise<void> {
  const recorded = new InMemorySpanExporter();
  const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(recorded)] }).getTracer('test');
  const now = Date.now();
  for (let n = 0; n < count; n++) tracer.startSpan('call', { startTime: now }).end(now + 2_000);
  const exporter = new OTLPTraceExporter({ url: `${ingest.url}/v1/traces`, timeoutMillis: 120_000 });
  const attempt = (): Promise<ExportResultCode> =>
    new Promise((resolve) => exporter.export(recorded.getFinishedSpans(), ({ code }) => resolve(code)));
  while ((await attempt()) !== ExportResultCode.SUCCESS);
}
