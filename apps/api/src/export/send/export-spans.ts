import { ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

/** One export call as a promise: rejects with the exporter's error. */
export function exportSpans(exporter: SpanExporter, spans: ReadableSpan[]): Promise<void> {
  return new Promise((done, fail) => {
    exporter.export(spans, ({ code, error }) => {
      if (code === ExportResultCode.SUCCESS) done();
      else fail(error ?? new Error('the OTLP exporter failed without saying why'));
    });
  });
}
