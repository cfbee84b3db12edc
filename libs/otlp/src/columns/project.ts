import type { Projection } from './projection.js';
import { ProjectionDecoder } from './projection-decoder.js';
import type { SpanColumns } from './span-columns.js';

/**
 * Appends all spans of an ExportTraceServiceRequest to the columns. Decodes only what the projection names, and always ids, times and parentage. Returns the
 * number of spans. Throws OtlpError (BT_OTLP_MALFORMED, BT_OTLP_TOO_DEEP); the columns are then unchanged. Other values are skipped, not checked: `scan` does
 * that. Ids of the wrong length (spans that `scan` rejects) read as zero. The bytes are kept until the columns are cleared, for `wholeSpan`.
 */
export function project(bytes: Uint8Array, projection: Projection, columns: SpanColumns): number {
  const plan = columns.use(projection);
  const before = columns.length;
  columns.begin(bytes);
  try {
    new ProjectionDecoder(bytes, plan, columns).request();
  } catch (error) {
    columns.truncate(before);
    throw error;
  }
  return columns.length - before;
}
