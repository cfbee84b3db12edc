import { OWN_SCOPE } from '#base';
import { SCOPE as SCOPE_FIELDS } from '../wire/fields.js';
import { MAX_ADDRESSABLE_BYTES } from '../wire/limits.js';
import { malformed, OtlpError } from '../wire/otlp-error.js';
import { ACCEPTED, OWN, SPAN_ID_INVALID, TRACE_ID_INVALID } from '../wire/rejection.js';
import { BYTES, Cursor } from '../wire/wire.js';
import { isZero, MessageCheck, RESOURCE, SCOPE } from './message-check.js';
import { RequestIndex } from './request-index.js';

/**
 * The depth of a scan. `ids`: span boundaries and ids, for requests that were checked before (those of the log). `everything`: every field of every message,
 * so that a request that passes can be decoded later without an error.
 */
export type ScanDepth = 'ids' | 'everything';

/**
 * Finds the spans of an ExportTraceServiceRequest (or TracesData) without decoding them: their places, rejections with reasons, and BeTrace's own spans.
 * Throws OtlpError: BT_OTLP_MALFORMED with the offset, BT_OTLP_TOO_DEEP, BT_OTLP_TOO_LARGE (2 GiB). `index` is reused when given.
 */
export function scan(bytes: Uint8Array, index: RequestIndex = new RequestIndex(), depth: ScanDepth = 'everything'): RequestIndex {
  if (bytes.length > MAX_ADDRESSABLE_BYTES) {
    throw new OtlpError('BT_OTLP_TOO_LARGE', { size: bytes.length, limit: MAX_ADDRESSABLE_BYTES });
  }
  index.reset(bytes);
  new Scan(bytes, index, depth).request();
  return index;
}

/** The tag of field 1000 of ResourceSpans, deprecated and gone since 2022. */
const INSTRUMENTATION_LIBRARY_SPANS = (1000 << 3) | BYTES;

class Scan {
  private readonly cursor: Cursor;
  private readonly check: MessageCheck | undefined;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly index: RequestIndex,
    depth: ScanDepth,
  ) {
    this.cursor = new Cursor(bytes);
    this.check = depth === 'everything' ? new MessageCheck(this.cursor) : undefined;
  }

  request(): void {
    const { cursor } = this;
    const end = this.bytes.length;
    while (cursor.position < end) {
      const tag = cursor.tag(end);
      if (tag === 0x0a /* resource_spans */) this.resourceSpans(cursor.delimited(end));
      else cursor.skip(tag, end);
    }
  }

  private resourceSpans(end: number): void {
    const { cursor, index } = this;
    const resource = index.resourceBodyAt.push(cursor.position) - 1;
    index.resourceEndAt.push(end);
    while (cursor.position < end) {
      const tagAt = cursor.position;
      const tag = cursor.tag(end);
      if (tag === 0x12 /* scope_spans */) this.scopeSpans(tagAt, cursor.delimited(end), resource);
      else if (tag === 0x0a /* resource */) this.message(RESOURCE, cursor.delimited(end));
      else {
        if (tag === INSTRUMENTATION_LIBRARY_SPANS) index.legacy = true;
        cursor.skip(tag, end);
      }
    }
  }

  private scopeSpans(tagAt: number, end: number, resource: number): void {
    const { cursor, index } = this;
    const first = index.spans;
    const scope = index.scopeTagAt.push(tagAt) - 1;
    index.scopeBodyAt.push(cursor.position);
    index.scopeEndAt.push(end);
    index.resourceOf.push(resource);
    let own = false;
    while (cursor.position < end) {
      this.spansInARow(end, scope);
      if (cursor.position >= end) break;
      const tag = cursor.tag(end);
      if (tag === 0x0a /* scope */) {
        const limit = cursor.delimited(end);
        own = this.isOwn(cursor.position, limit) || own;
        this.message(SCOPE, limit);
      } else cursor.skip(tag, end);
    }
    if (own) for (let i = first; i < index.spans; i++) index.judge(i, OWN);
  }

  /** The hot loop: consecutive spans, from the cursor's position on. */
  private spansInARow(end: number, scope: number): void {
    const { bytes, cursor, index, check } = this;
    let { tagAt, bodyAt, endAt, traceIdAt, scopeOf, outcome } = index;
    let accepted = 0;
    let span = index.spans;
    let at = cursor.position;
    while (at < end && bytes[at] === 0x12 /* spans */) {
      const start = at++;
      if (at >= end) malformed(at, 'the message ends within a field');
      let length = bytes[at]!;
      if (length < 0x80) at++;
      else if (at + 1 < end && bytes[at + 1]! < 0x80) {
        length = (length & 0x7f) | (bytes[at + 1]! << 7);
        at += 2;
      } else {
        cursor.position = at;
        length = cursor.delimited(end) - cursor.position;
        at = cursor.position;
      }
      const next = at + length;
      if (next > end) malformed(start + 1, `a span says it has ${length} bytes, but ${end - at} are left`);
      if (span === tagAt.length) {
        index.grow();
        ({ tagAt, bodyAt, endAt, traceIdAt, scopeOf, outcome } = index);
      }
      tagAt[span] = start;
      bodyAt[span] = at;
      endAt[span] = next;
      scopeOf[span] = scope;
      let verdict: number;
      if (check !== undefined) {
        verdict = check.span(at, next);
        traceIdAt[span] = check.traceIdAt;
      } else if (
        length >= 28 &&
        bytes[at] === 0x0a &&
        bytes[at + 1] === 16 &&
        bytes[at + 18] === 0x12 &&
        bytes[at + 19] === 8 &&
        bytes[at + 2] !== 0 &&
        bytes[at + 20] !== 0
      ) {
        verdict = ACCEPTED;
        traceIdAt[span] = at + 2;
      } else verdict = this.ids(span, at, next);
      outcome[span] = verdict;
      if (verdict === ACCEPTED) accepted++;
      else index.counts[verdict]! += 1;
      span++;
      at = next;
    }
    index.counts[ACCEPTED]! += accepted;
    index.spans = span;
    cursor.position = at;
  }

  /** Finds the ids of a span without the usual beginning. */
  private ids(span: number, start: number, end: number): number {
    const { bytes, cursor, index } = this;
    let traceIdAt = -1;
    let spanIdAt = -1;
    cursor.position = start;
    while (cursor.position < end) {
      const tag = cursor.tag(end);
      if ((tag & 7) === BYTES && tag <= 0x12) {
        const limit = cursor.delimited(end);
        const length = limit - cursor.position;
        if (tag === 0x0a) traceIdAt = length === 16 ? cursor.position : -1;
        else if (tag === 0x12) spanIdAt = length === 8 ? cursor.position : -1;
        cursor.position = limit;
      } else cursor.skip(tag, end);
    }
    index.traceIdAt[span] = traceIdAt;
    if (traceIdAt < 0 || isZero(bytes, traceIdAt, 16)) return TRACE_ID_INVALID;
    return spanIdAt < 0 || isZero(bytes, spanIdAt, 8) ? SPAN_ID_INVALID : ACCEPTED;
  }

  private isOwn(start: number, end: number): boolean {
    const { bytes, cursor } = this;
    let own = false;
    while (cursor.position < end) {
      const tag = cursor.tag(end);
      if (tag === SCOPE_FIELDS.name) {
        const limit = cursor.delimited(end);
        own = limit - cursor.position === OWN_SCOPE.length && equalsAscii(bytes, cursor.position, OWN_SCOPE);
        cursor.position = limit;
      } else cursor.skip(tag, end);
    }
    cursor.position = start;
    return own;
  }

  /** Skips a message, or checks its content in a scan of everything. */
  private message(type: number, end: number): void {
    this.check?.message(type, this.cursor.position, end, 0);
    this.cursor.position = end;
  }
}

function equalsAscii(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}
