import { readResourceSpans, readScopeSpans } from '../span/decode-request.js';
import { readSpan } from '../span/decode-span.js';
import type { ResourceSpans, ScopeSpans, Span, TraceRequest } from '../span/span.js';
import { bytesOfHex } from '../wire/ids.js';
import { ACCEPTED } from '../wire/rejection.js';
import { Cursor } from '../wire/wire.js';
import { RequestIndex } from './request-index.js';
import { scan } from './scan.js';

/**
 * Decodes the spans of one trace (32 hex digits) of a request, in their resources and scopes; spans of other traces are skipped. The API reads a trace back
 * from the log with it. Throws OtlpError on malformed bytes.
 */
export function collectTrace(bytes: Uint8Array, traceId: string, index: RequestIndex = new RequestIndex()): TraceRequest {
  const idBytes = bytesOfHex(traceId);
  if (idBytes?.length !== 16) throw new TypeError(`collectTrace: ${traceId} is not 32 hex digits`);
  scan(bytes, index, 'ids');
  const resourceSpans: (ResourceSpans & { scopeSpans: ScopeSpans[] })[] = [];
  let resource = -1;
  let scope = -1;
  let spans: Span[] = [];
  for (let i = 0; i < index.spans; i++) {
    if (index.outcome[i] !== ACCEPTED || !isAt(bytes, index.traceIdAt[i]!, idBytes)) continue;
    if (index.scopeOf[i] !== scope) {
      scope = index.scopeOf[i]!;
      if (index.resourceOf[scope] !== resource) {
        resource = index.resourceOf[scope]!;
        const cursor = new Cursor(bytes, index.resourceBodyAt[resource]!);
        resourceSpans.push({ ...readResourceSpans(cursor, index.resourceEndAt[resource]!, true), scopeSpans: [] });
      }
      spans = [];
      const cursor = new Cursor(bytes, index.scopeBodyAt[scope]!);
      resourceSpans.at(-1)!.scopeSpans.push({ ...readScopeSpans(cursor, index.scopeEndAt[scope]!, true), spans });
    }
    spans.push(readSpan(new Cursor(bytes, index.bodyAt[i]!), index.endAt[i]!));
  }
  return { resourceSpans };
}

function isAt(bytes: Uint8Array, at: number, idBytes: Uint8Array): boolean {
  for (let i = 0; i < idBytes.length; i++) if (bytes[at + i] !== idBytes[i]) return false;
  return true;
}
