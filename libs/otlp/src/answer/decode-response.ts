import { PARTIAL_SUCCESS, RESPONSE } from '../wire/fields.js';
import { Cursor } from '../wire/wire.js';
import type { PartialSuccess } from './response.js';

/**
 * Decodes the partial success of an ExportTraceServiceResponse (protobuf); undefined for a full success. Throws BT_OTLP_MALFORMED when the bytes are no such
 * message, such as a page or a text.
 */
export function decodeExportResponse(response: Uint8Array): PartialSuccess | undefined {
  const cursor = new Cursor(response);
  let partial: PartialSuccess | undefined;
  while (cursor.position < response.length) {
    const tag = cursor.tag(response.length);
    if (tag === RESPONSE.partialSuccess) partial = partialSuccess(cursor, cursor.delimited(response.length));
    else cursor.skip(tag, response.length);
  }
  return partial;
}

function partialSuccess(cursor: Cursor, end: number): PartialSuccess {
  let rejectedSpans = 0;
  let errorMessage = '';
  while (cursor.position < end) {
    const tag = cursor.tag(end);
    if (tag === PARTIAL_SUCCESS.rejectedSpans) rejectedSpans = Number(cursor.int64(end));
    else if (tag === PARTIAL_SUCCESS.errorMessage) errorMessage = cursor.text(end);
    else cursor.skip(tag, end);
  }
  return { rejectedSpans, errorMessage };
}
