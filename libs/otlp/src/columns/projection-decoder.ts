import { OWN_SCOPE } from '#base';
import { plainValue } from '../span/attribute.js';
import { readValue } from '../span/decode-value.js';
import { SCOPE, STATUS } from '../wire/fields.js';
import { malformed } from '../wire/otlp-error.js';
import { Cursor } from '../wire/wire.js';
import type { KeyMatch } from './key-match.js';
import type { ProjectionPlan } from './projection-plan.js';
import { writeShared } from './shared-text.js';
import { HIGH, LOW, type SpanColumns } from './span-columns.js';

const TWO_32 = 0x1_0000_0000;

/** Bytes of a span with the usual beginning: its ids, its parent's id, tag and length of its name; and bytes of kind and times. */
const HEAD = 28 + 10 + 2;
const TIMES = 2 + 9 + 9;

/**
 * Reads the projected fields of one request's spans into columns. The hot loop: no object, no closure and no sub-array per
 * span or field; rare forms (lengths of three bytes, fields in several parts, nested values) go through the Cursor.
 */
export class ProjectionDecoder {
  private readonly cursor: Cursor;
  private readonly view: DataView;
  /** Values of the current resource, by number of `plan.resourceKeys`. */
  private readonly resourceValues: unknown[];
  /** The result of `keyValue`. */
  private value: unknown;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly plan: ProjectionPlan,
    private readonly columns: SpanColumns,
  ) {
    this.cursor = new Cursor(bytes);
    this.view = this.cursor.view;
    this.resourceValues = new Array<unknown>(plan.resourceColumns).fill(undefined);
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
    const { cursor, columns, plan, resourceValues } = this;
    const first = columns.length;
    columns.resources.begin(first, cursor.position, end);
    resourceValues.fill(undefined);
    while (cursor.position < end) {
      const tag = cursor.tag(end);
      if (tag === 0x12 /* scope_spans */) this.scopeSpans(cursor.delimited(end));
      else if (tag === 0x0a /* resource */) this.resource(cursor.delimited(end));
      else cursor.skip(tag, end);
    }
    // Only now, because the resource may come after its spans.
    const last = columns.length;
    const service = resourceValues[plan.serviceName];
    if (plan.service) writeShared(columns.service, typeof service === 'string' ? service : '', first, last);
    for (let k = 0; k < columns.resourceAttribute.length; k++) {
      const value = resourceValues[k];
      if (value === undefined) continue;
      columns.resourceAttribute[k]!.fill(value, first, last);
      columns.touchedResource[k] = 1;
    }
  }

  private resource(end: number): void {
    const { cursor, resourceValues } = this;
    while (cursor.position < end) {
      const tag = cursor.tag(end);
      if (tag === 0x0a /* attributes */) {
        const limit = cursor.delimited(end);
        const k = this.keyValue(cursor.position, limit, this.plan.resourceKeys);
        if (k >= 0 && resourceValues[k] === undefined) resourceValues[k] = this.value;
        cursor.position = limit;
      } else cursor.skip(tag, end);
    }
  }

  private scopeSpans(end: number): void {
    const { bytes, cursor, columns, plan } = this;
    const first = columns.length;
    columns.scopes.begin(first, cursor.position, end);
    let name = '';
    let version = '';
    while (cursor.position < end) {
      const at = cursor.position;
      // The usual case: a span of 128 to 16,383 bytes.
      if (bytes[at] === 0x12 && at + 3 <= end && bytes[at + 1]! >= 0x80 && bytes[at + 2]! < 0x80) {
        const from = at + 3;
        const limit = from + (bytes[at + 1]! & 0x7f) + (bytes[at + 2]! << 7);
        if (limit <= end) {
          this.span(from, limit);
          cursor.position = limit;
          continue;
        }
      }
      const tag = cursor.tag(end);
      if (tag === 0x12 /* spans */) {
        const limit = cursor.delimited(end);
        this.span(cursor.position, limit);
        cursor.position = limit;
      } else if (tag === 0x0a /* scope */ && plan.scope) {
        const limit = cursor.delimited(end);
        while (cursor.position < limit) {
          const field = cursor.tag(limit);
          if (field === SCOPE.name) name = this.text(limit);
          else if (field === SCOPE.version) version = this.text(limit);
          else cursor.skip(field, limit);
        }
      } else cursor.skip(tag, end);
    }
    const last = columns.length;
    if (plan.scope) {
      writeShared(columns.scopeName, name, first, last);
      writeShared(columns.scopeVersion, version, first, last);
      if (name === OWN_SCOPE && last > first) columns.anyOwn = true;
    }
  }

  /** Appends one span. */
  private span(start: number, end: number): void {
    const { bytes, view, cursor, columns, plan } = this;
    const { spanKeys } = plan;
    const row = columns.length;
    if (row === columns.capacity) columns.grow();
    let traceIdAt = -1;
    let spanIdAt = -1;
    let parentIdAt = -1;
    let startLow = 0;
    let startHigh = 0;
    let endLow = 0;
    let endHigh = 0;
    let kind = 0;
    let status = 0;
    let linked = 0;
    let name = '';
    let at = start;
    // Nearly every span begins with these fields in this order, which avoids the switch over tags.
    if (at + HEAD <= end && view.getUint16(at) === 0x0a10 && view.getUint16(at + 18) === 0x1208) {
      traceIdAt = at + 2;
      spanIdAt = at + 20;
      at += 28;
      if (view.getUint16(at) === 0x2208) {
        parentIdAt = at + 2;
        at += 10;
      }
      const length = bytes[at + 1]!;
      const kindAt = at + 2 + length;
      if (bytes[at] === 0x2a && length < 0x80 && kindAt + TIMES <= end) {
        if (plan.name) name = columns.texts.read(bytes, view, at + 2, kindAt);
        at = kindAt;
        if (bytes[at] === 0x30 && bytes[at + 1]! < 0x80) {
          kind = bytes[at + 1]!;
          at += 2;
        }
        if (bytes[at] === 0x39 && bytes[at + 9] === 0x41) {
          startLow = view.getUint32(at + 1, true);
          startHigh = view.getUint32(at + 5, true);
          endLow = view.getUint32(at + 10, true);
          endHigh = view.getUint32(at + 14, true);
          at += 18;
        }
      }
    }
    const last = end - 4;
    while (at < end) {
      // Most fields are attributes of up to 127 bytes that no rule reads: one word holds tag and length of the attribute and of its key. In a loop of its
      // own, without calls, `spanKeys` stays in registers.
      while (at <= last) {
        const word = view.getUint32(at, true);
        if ((word & 0x80ff80ff) !== 0x000a004a) break;
        const next = at + 2 + ((word >>> 8) & 0x7f);
        if (next < at + 4 || next > end || spanKeys.mayHoldOf(bytes, at + 4, word >>> 24)) break;
        at = next;
      }
      if (at + 6 <= end) {
        // The usual end of a span: an empty status, and flags.
        if (view.getUint16(at) === 0x7a00) at += 2;
        if (at + 6 <= end && view.getUint16(at) === 0x8501) at += 6;
      }
      if (at >= end) break;
      const tagAt = at;
      const tag = bytes[at++]!;
      switch (tag) {
        case 0x39: // start_time_unix_nano
          if (at + 8 > end) malformed(at, 'the span ends within start_time_unix_nano');
          startLow = view.getUint32(at, true);
          startHigh = view.getUint32(at + 4, true);
          at += 8;
          break;
        case 0x41: // end_time_unix_nano
          if (at + 8 > end) malformed(at, 'the span ends within end_time_unix_nano');
          endLow = view.getUint32(at, true);
          endHigh = view.getUint32(at + 4, true);
          at += 8;
          break;
        case 0x0a: // trace_id
        case 0x12: // span_id
        case 0x1a: // trace_state
        case 0x22: // parent_span_id
        case 0x2a: // name
        case 0x4a: // attributes
        case 0x5a: // events
        case 0x6a: // links
        case 0x7a: {
          // status
          if (at >= end) malformed(at, 'the span ends within a field');
          let next = bytes[at++]!;
          if (next < 0x80) next += at;
          else if (at < end && bytes[at]! < 0x80) {
            next = (next & 0x7f) + (bytes[at]! << 7) + at + 1;
            at++;
          } else {
            cursor.position = at - 1;
            next = cursor.delimited(end);
            at = cursor.position;
          }
          if (next > end) malformed(tagAt, `a field says it has ${next - at} bytes, but ${end - at} are left`);
          if (tag === 0x4a) {
            const k = spanKeys.mayHold(bytes, at, next) ? this.keyValue(at, next, spanKeys) : -1;
            if (k >= 0) {
              const column = columns.written[k]!;
              if (column[row] === undefined) {
                column[row] = this.value;
                columns.touched[k] = 1;
              }
            }
          } else if (tag === 0x2a) {
            if (plan.name) name = columns.texts.read(bytes, view, at, next);
          } else if (tag === 0x0a) traceIdAt = next - at === 16 ? at : -1;
          else if (tag === 0x12) spanIdAt = next - at === 8 ? at : -1;
          else if (tag === 0x22) parentIdAt = next - at === 8 ? at : -1;
          else if (tag === 0x7a) status = this.status(at, next, status);
          else if (tag === 0x6a) linked = 1;
          at = next;
          break;
        }
        case 0x30: // kind
          if (at < end && bytes[at]! < 0x80) kind = bytes[at++]!;
          else {
            cursor.position = at;
            kind = cursor.varint(end) | 0;
            at = cursor.position;
          }
          break;
        default:
          // flags, which most SDKs write.
          if (tag === 0x85 && at + 5 <= end && bytes[at] === 0x01) at += 5;
          else {
            cursor.position = tagAt;
            cursor.skip(cursor.tag(end), end);
            at = cursor.position;
          }
      }
    }
    const { traceIds, spanIds } = columns;
    let ofTrace = 0;
    for (let word = 0; word < 4; word++) ofTrace |= traceIds[4 * row + word] = traceIdAt < 0 ? 0 : view.getUint32(traceIdAt + 4 * word);
    const spanHigh = spanIdAt < 0 ? 0 : view.getUint32(spanIdAt);
    const spanLow = spanIdAt < 0 ? 0 : view.getUint32(spanIdAt + 4);
    spanIds[2 * row] = spanHigh;
    spanIds[2 * row + 1] = spanLow;
    if (ofTrace === 0 || (spanHigh | spanLow) === 0) columns.anyWithoutId = true;
    if ((endHigh | endLow) === 0) columns.anyUnended = true;
    const parentHigh = parentIdAt < 0 ? 0 : view.getUint32(parentIdAt);
    const parentLow = parentIdAt < 0 ? 0 : view.getUint32(parentIdAt + 4);
    columns.parentIds[2 * row] = parentHigh;
    columns.parentIds[2 * row + 1] = parentLow;
    columns.isRoot[row] = (parentHigh | parentLow) === 0 ? 1 : 0;
    columns.startWords[2 * row + LOW] = startLow;
    columns.startWords[2 * row + HIGH] = startHigh;
    columns.endWords[2 * row + LOW] = endLow;
    columns.endWords[2 * row + HIGH] = endHigh;
    // Exact up to 2^53; beyond, rounding cannot bring it back below.
    const duration = (endHigh - startHigh) * TWO_32 + (endLow - startLow);
    columns.duration[row] = duration <= Number.MAX_SAFE_INTEGER && duration >= Number.MIN_SAFE_INTEGER ? duration : Number.NaN;
    columns.kind[row] = kind > 0 && kind <= 5 ? kind : 0;
    columns.status[row] = plan.status && status > 0 && status <= 2 ? status : 0;
    if (plan.name) columns.name[row] = name;
    columns.hasLinks[row] = linked;
    columns.forms[row] = 0;
    columns.spanStart[row] = start;
    columns.spanEnd[row] = end;
    columns.length = row + 1;
  }

  /** Reads a Status; returns its code, or `code` when it has none. */
  private status(start: number, end: number, code: number): number {
    const { bytes, cursor, plan } = this;
    if (end - start === 2 && bytes[start] === 0x18 && bytes[start + 1]! < 0x80) return bytes[start + 1]!;
    let found = code;
    cursor.position = start;
    while (cursor.position < end) {
      const tag = cursor.tag(end);
      if (tag === STATUS.code) found = cursor.varint(end) | 0;
      else if (tag === STATUS.message && plan.statusMessage) this.statusMessage(end);
      else cursor.skip(tag, end);
    }
    return found;
  }

  private statusMessage(end: number): void {
    const { columns } = this;
    columns.statusMessage[columns.length] = this.text(end);
    columns.anyStatusMessage = true;
  }

  /** Reads a KeyValue whose key is one of `keys`: returns its number and leaves its value in `this.value`; otherwise -1. */
  private keyValue(start: number, end: number, keys: KeyMatch): number {
    const { bytes, view, cursor } = this;
    if (start + 2 <= end && bytes[start] === 0x0a) {
      const length = bytes[start + 1]!;
      const key = start + 2;
      const valueAt = key + length;
      if (length < 0x80 && valueAt + 2 <= end && bytes[valueAt] === 0x12) {
        let from = valueAt + 2;
        let size = bytes[valueAt + 1]!;
        if (size >= 0x80 && from < end && bytes[from]! < 0x80) size = (size & 0x7f) | (bytes[from++]! << 7);
        if (from + size === end) {
          const k = keys.find(bytes, view, key, length);
          if (k >= 0) this.value = this.anyValue(from, end);
          return k;
        }
      }
    }
    // Another order or form. An absent key is empty.
    let k = keys.find(bytes, view, start, 0);
    this.value = undefined;
    cursor.position = start;
    while (cursor.position < end) {
      const tag = cursor.tag(end);
      if (tag === 0x0a /* key */) {
        const limit = cursor.delimited(end);
        k = keys.find(bytes, view, cursor.position, limit - cursor.position);
        cursor.position = limit;
      } else if (tag === 0x12 /* value */) {
        const limit = cursor.delimited(end);
        this.value = this.anyValue(cursor.position, limit);
        cursor.position = limit;
      } else cursor.skip(tag, end);
    }
    return k;
  }

  /** Reads an AnyValue as rules see it. */
  private anyValue(start: number, end: number): unknown {
    const { bytes, view, cursor } = this;
    if (start + 2 <= end) {
      switch (bytes[start]) {
        case 0x0a: {
          // string_value
          let from = start + 2;
          let size = bytes[start + 1]!;
          if (size >= 0x80 && from < end && bytes[from]! < 0x80) size = (size & 0x7f) | (bytes[from++]! << 7);
          if (from + size === end) return this.columns.texts.read(bytes, view, from, end);
          break;
        }
        case 0x10: // bool_value
          if (start + 2 === end && bytes[start + 1]! < 0x80) return bytes[start + 1] !== 0;
          break;
        case 0x18: {
          // int_value
          let at = start + 1;
          let value = 0;
          let shift = 0;
          for (; at < end && bytes[at]! >= 0x80 && shift < 21; shift += 7) value |= (bytes[at++]! & 0x7f) << shift;
          if (at === end - 1 && bytes[at]! < 0x80) return value | (bytes[at]! << shift); // up to 28 bits
          cursor.position = start + 1;
          const long = cursor.int64(end);
          if (cursor.position === end) return long;
          break;
        }
        case 0x21: // double_value
          if (start + 9 === end) return view.getFloat64(start + 1, true);
      }
    }
    cursor.position = start;
    return plainValue(readValue(cursor, end));
  }

  private text(end: number): string {
    const { cursor } = this;
    const limit = cursor.delimited(end);
    const text = this.columns.texts.read(this.bytes, this.view, cursor.position, limit);
    cursor.position = limit;
    return text;
  }
}
