import { readResourceSpans, readScopeSpans } from '../span/decode-request.js';
import { readSpan } from '../span/decode-span.js';
import type { Resource, Scope, WholeSpan } from '../span/span.js';
import type { TextTable } from '../wire/text-table.js';
import { Cursor } from '../wire/wire.js';

/** A message within a request. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Decodes whole spans, one by one, at the places that a projection found. Consecutive spans of a request share their resource and scope. These are read once,
 * because finding them takes a walk over all their spans.
 */
export class WholeSpanReader {
  private bytes: Uint8Array | undefined;
  private scopeAt = -1;
  private resourceAt = -1;
  private scope: Scope | undefined;
  private resource: Resource | undefined;

  /** @param texts interns repeated texts */
  constructor(private readonly texts: TextTable) {}

  /** Throws OtlpError on malformed bytes. */
  read(bytes: Uint8Array, span: ByteRange, scopeSpans: ByteRange, resourceSpans: ByteRange): WholeSpan {
    if (bytes !== this.bytes) {
      this.forget();
      this.bytes = bytes;
    }
    if (resourceSpans.start !== this.resourceAt) {
      this.resource = readResourceSpans(new Cursor(bytes, resourceSpans.start, this.texts), resourceSpans.end, true).resource;
      this.resourceAt = resourceSpans.start;
    }
    if (scopeSpans.start !== this.scopeAt) {
      this.scope = readScopeSpans(new Cursor(bytes, scopeSpans.start, this.texts), scopeSpans.end, true).scope;
      this.scopeAt = scopeSpans.start;
    }
    return { span: readSpan(new Cursor(bytes, span.start, this.texts), span.end), scope: this.scope, resource: this.resource };
  }

  /** Releases the request. */
  forget(): void {
    this.bytes = undefined;
    this.scopeAt = -1;
    this.resourceAt = -1;
    this.scope = undefined;
    this.resource = undefined;
  }
}
