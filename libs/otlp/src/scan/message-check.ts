import { MAX_VALUE_DEPTH } from '../wire/limits.js';
import { malformed, tooDeep } from '../wire/otlp-error.js';
import { ACCEPTED, PARENT_ID_INVALID, SPAN_ID_INVALID, TRACE_ID_INVALID } from '../wire/rejection.js';
import { BYTES, type Cursor, FIXED64 } from '../wire/wire.js';

/** Message types; 0 is a leaf: text, bytes or a field that is not known. */
export const SPAN = 1;
const KEY_VALUE = 2;
const ANY_VALUE = 3;
const ARRAY = 4;
const KEY_VALUE_LIST = 5;
const EVENT = 6;
const LINK = 7;
const STATUS = 8;
export const RESOURCE = 9;
export const SCOPE = 10;

/** Type of the message in field f of a message of type t: CHILD[t << 4 | f]. No OTLP message has one in a field above 15. */
const CHILD = new Uint8Array(11 << 4);
const child = (type: number, field: number, childType: number): void => {
  CHILD[(type << 4) | field] = childType;
};
child(SPAN, 9, KEY_VALUE);
child(SPAN, 11, EVENT);
child(SPAN, 13, LINK);
child(SPAN, 15, STATUS);
child(EVENT, 3, KEY_VALUE);
child(LINK, 4, KEY_VALUE);
child(RESOURCE, 1, KEY_VALUE);
child(SCOPE, 3, KEY_VALUE);
child(KEY_VALUE, 2, ANY_VALUE);
child(ANY_VALUE, 5, ARRAY);
child(ANY_VALUE, 6, KEY_VALUE_LIST);
child(ARRAY, 1, ANY_VALUE);
child(KEY_VALUE_LIST, 1, KEY_VALUE);

/**
 * Walks messages without reading them, and throws where a decoder would (BT_OTLP_MALFORMED, BT_OTLP_TOO_DEEP). So a request is refused before it is
 * acknowledged, never after.
 */
export class MessageCheck {
  /** The offset of the trace id of the last checked span, or -1. */
  traceIdAt = -1;
  private spanIdAt = -1;
  private traceIdFields = 0;
  private spanIdFields = 0;
  private parentIsValid = true;

  constructor(private readonly cursor: Cursor) {}

  /** Checks a Span and its ids; returns ACCEPTED or the reason to reject it. */
  span(start: number, end: number): number {
    this.traceIdAt = -1;
    this.spanIdAt = -1;
    this.traceIdFields = 0;
    this.spanIdFields = 0;
    this.parentIsValid = true;
    this.message(SPAN, start, end, 0);
    if (this.traceIdFields > 1 || this.spanIdFields > 1) malformed(start, 'a span has more than one trace_id or span_id');
    if (this.traceIdAt < 0 || isZero(this.cursor.bytes, this.traceIdAt, 16)) return TRACE_ID_INVALID;
    if (this.spanIdAt < 0 || isZero(this.cursor.bytes, this.spanIdAt, 8)) return SPAN_ID_INVALID;
    return this.parentIsValid ? ACCEPTED : PARENT_ID_INVALID;
  }

  /** Checks a message of a type; `depth` counts the arrays and lists around it. */
  message(type: number, start: number, end: number, depth: number): void {
    const cursor = this.cursor;
    const bytes = cursor.bytes;
    const inSpan = type === SPAN;
    let at = start;
    while (at < end) {
      const tag = bytes[at]!;
      const wire = tag & 7;
      if (wire === BYTES && tag >= 8 && tag < 0x80) {
        at++;
        if (at >= end) malformed(at, 'the message ends within a field');
        const length = bytes[at]!;
        let next = at + 1 + length;
        if (length < 0x80) at++;
        else {
          cursor.position = at;
          next = cursor.delimited(end);
          at = cursor.position;
        }
        if (next > end) malformed(at - 1, `a field says it has ${length} bytes, but ${end - at} are left`);
        const childType = CHILD[(type << 4) | (tag >>> 3)]!;
        if (childType === KEY_VALUE) {
          if (!isPlainKeyValue(bytes, at, next)) this.message(KEY_VALUE, at, next, depth);
        } else if (childType !== 0) this.nested(childType, at, next, depth);
        else if (inSpan) this.id(tag, at, next - at);
        at = next;
      } else if (wire === FIXED64 && tag >= 8 && tag < 0x80) {
        at += 9;
        if (at > end) malformed(at - 8, `a field needs 8 bytes, but ${end - at + 8} are left`);
      } else {
        cursor.position = at;
        cursor.skip(cursor.tag(end), end);
        at = cursor.position;
      }
    }
  }

  private nested(type: number, start: number, end: number, depth: number): void {
    const deeper = type === ARRAY || type === KEY_VALUE_LIST ? depth + 1 : depth;
    if (deeper > MAX_VALUE_DEPTH) tooDeep(start, MAX_VALUE_DEPTH);
    this.message(type, start, end, deeper);
  }

  private id(tag: number, at: number, length: number): void {
    if (tag === 0x0a) {
      this.traceIdFields++;
      this.traceIdAt = length === 16 ? at : -1;
    } else if (tag === 0x12) {
      this.spanIdFields++;
      this.spanIdAt = length === 8 ? at : -1;
    } else if (tag === 0x22) this.parentIsValid = length === 8 || length === 0;
  }
}

export function isZero(bytes: Uint8Array, at: number, length: number): boolean {
  for (let i = at; i < at + length; i++) if (bytes[i] !== 0) return false;
  return true;
}

/**
 * Whether this is the common form of an attribute: a short key, then a short value of a simple type, without anything between. It saves two calls of
 * `message` per attribute; all other forms are left to them.
 */
function isPlainKeyValue(bytes: Uint8Array, start: number, end: number): boolean {
  if (start + 4 > end || bytes[start] !== 0x0a) return false;
  const value = start + 2 + bytes[start + 1]!; // a key of 128 bytes or more ends beyond, or not on the tag
  if (bytes[start + 1]! >= 0x80 || value + 2 > end || bytes[value] !== 0x12 || bytes[value + 1]! >= 0x80) return false;
  const any = value + 2;
  if (any + bytes[value + 1]! !== end || any + 2 > end) return false;
  switch (bytes[any]) {
    case 0x0a: // string_value
      return bytes[any + 1]! < 0x80 && any + 2 + bytes[any + 1]! === end;
    case 0x10: // bool_value
    case 0x18: // int_value of one to four bytes
      for (let at = any + 1; at < end - 1; at++) if (bytes[at]! < 0x80) return false;
      return bytes[end - 1]! < 0x80 && end - any <= 5;
    case 0x21: // double_value
      return any + 9 === end;
    default:
      return false;
  }
}
