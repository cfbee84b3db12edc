import { readResourceSpans, readScopeSpans } from '../span/decode.js';
import { readSpan } from '../span/decode-span.js';
import type { Resource, Scope, WholeSpan } from '../span/span.js';
import type { TextTable } from '../wire/intern.js';
import { Cursor } from '../wire/wire.js';

/** A message within a request. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * Decodes spans whole, one by one, from where a projection found them. Spans that follow each other in a request share their resource and
 * scope: these are read once, because finding them is a walk over all the spans beside.
 */
export class WholeSpanReader {
  private bytes: Uint8Array | undefined;
  private scopeAt = -1;
  private resourceAt = -1;
  private scope: Scope | undefined;
  private resource: Resource | undefined;

  /** @param texts where texts that repeat are found */
  constructor(private readonly texts: TextTable) {}

  /** Throws OtlpError on malformed bytes. */
  read(bytes: Uint8Array, span: Place, scopeSpans: Place, resourceSpans: Place): WholeSpan {
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

  /** The request is not needed any more. */
  forget(): void {
    this.bytes = undefined;
    this.scopeAt = -1;
    this.resourceAt = -1;
    this.scope = undefined;
    this.resource = undefined;
  }
}
