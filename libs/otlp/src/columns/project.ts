import type { Projection } from './projection.js';
import { ProjectionDecoder } from './projection-decoder.js';
import type { SpanColumns } from './span-columns.js';

/**
 * Appends all spans of an ExportTraceServiceRequest to the columns, decoding only what the projection names; ids, times and
 * parentage always. Returns the number of spans. Throws OtlpError (BT_OTLP_MALFORMED, BT_OTLP_TOO_DEEP); the columns are then
 * as before. Values that nobody asked for are passed over, not checked: `scan` does that. Ids of the wrong length (spans that
 * `scan` rejects) read as zero. The bytes are kept until the columns are cleared, for `wholeSpan`.
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
