import { PARTIAL_SUCCESS, RESPONSE } from '../wire/fields.js';
import { ProtobufWriter } from '../wire/protobuf-writer.js';

/** A partial success tells the sender which spans were rejected, and why. It must not send them again. */
export interface PartialSuccess {
  readonly rejectedSpans: number;
  readonly errorMessage: string;
}

/** ExportTraceServiceResponse as protobuf; no bytes at all for a full success. */
export function encodeExportResponse(partial?: PartialSuccess): Uint8Array {
  const writer = new ProtobufWriter();
  if (partial) {
    writer.message(RESPONSE.partialSuccess, partial, (inner, { rejectedSpans, errorMessage }) => {
      inner.int64(PARTIAL_SUCCESS.rejectedSpans, rejectedSpans);
      inner.text(PARTIAL_SUCCESS.errorMessage, errorMessage);
    });
  }
  return writer.finish();
}

/** ExportTraceServiceResponse as OTLP/JSON: int64 is text. */
export function exportResponseJson(partial?: PartialSuccess): string {
  if (!partial) return '{}';
  const { rejectedSpans, errorMessage } = partial;
  return JSON.stringify({ partialSuccess: { rejectedSpans: String(rejectedSpans), errorMessage } });
}
