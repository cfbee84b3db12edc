import { parseDuration } from '#base';
import type { AnyValue, KeyValue } from '../span/attribute.js';
import { SPAN_KINDS, type SpanStatus, STATUS_CODES } from '../span/span.js';
import { isSpanId, isTraceId, spanIdOfText, traceIdOfText } from '../wire/ids.js';
import { integerOf, type JsonObject, type JsonReader } from './json-reader.js';
import { deeper, readAttributes, safe } from './json-value.js';
import { refuseUnknownMembers } from './known-members.js';
import type { JsonValue } from './lossless-json.js';
import { parseInstant } from './parse-instant.js';
import { STATUS_MEMBERS } from './spans-json-members.js';

const MAX_TIME = 2n ** 64n - 1n;
const MAX_ID_TEXT = 256;
/** Characters that no filter by id can match, and no log line shows. */
const NO_ID_TEXT = /[\p{Cc}\p{Cs}]/u;

/** A field under its snake_case or camelCase name: the name used, and its value (undefined when absent or null). */
export function fieldOf(object: JsonObject, ...names: readonly string[]): { readonly name: string; readonly value: JsonValue | undefined } {
  for (const snake of names) {
    const camel = snake.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    for (const name of [snake, camel]) {
      const value = Object.hasOwn(object, name) ? object[name] : undefined;
      if (value !== undefined && value !== null) return { name, value };
    }
  }
  return { name: names[0]!, value: undefined };
}

/** The wire id, and the text that it was derived from, if that is not an OTLP id. */
export interface WireId {
  readonly hex: string;
  readonly text: string | undefined;
}

export const NO_ID: WireId = { hex: '', text: undefined };

export function readTraceId(reader: JsonReader, value: JsonValue, name: string): WireId {
  return readId(reader, value, name, isTraceId, traceIdOfText, /^0{32}$/);
}

export function readSpanId(reader: JsonReader, value: JsonValue, name: string): WireId {
  return readId(reader, value, name, isSpanId, spanIdOfText, /^0{16}$/);
}

function readId(
  reader: JsonReader,
  value: JsonValue,
  name: string,
  isWireId: (text: string) => boolean,
  derive: (text: string) => string,
  zero: RegExp,
): WireId {
  if (typeof value !== 'string' || value === '' || value.length > MAX_ID_TEXT || zero.test(value) || NO_ID_TEXT.test(value)) {
    reader.expected(`an id: a text of 1 to ${MAX_ID_TEXT} characters, not all zero, without control characters`, value, name);
    return NO_ID;
  }
  return isWireId(value) ? { hex: value.toLowerCase(), text: undefined } : { hex: derive(value), text: value };
}

/** Nanoseconds since the epoch: integer, decimal text, or RFC 3339. */
export function readTime(reader: JsonReader, value: JsonValue, name: string): bigint {
  const time = integerOf(value) ?? (typeof value === 'string' ? parseInstant(value) : undefined);
  if (time !== undefined && time >= 0n && time <= MAX_TIME) return time;
  reader.expected('nanoseconds since 1970 as an integer, or an RFC 3339 time', value, name);
  return 0n;
}

/** Nanoseconds: integer, decimal text, or a text with units. */
export function readDuration(reader: JsonReader, value: JsonValue, name: string): bigint {
  const duration = integerOf(value) ?? (typeof value === 'string' ? parseDuration(value) : undefined);
  if (duration !== undefined && duration >= 0n && duration <= MAX_TIME) return duration;
  reader.expected('nanoseconds as an integer, or a duration like "1.5s"', value, name);
  return 0n;
}

export function readKind(reader: JsonReader, object: JsonObject): number {
  return readName(reader, fieldOf(object, 'kind'), SPAN_KINDS, 'SPAN_KIND_');
}

/** `"error"`, `2`, or `{"code": …, "message": …}`; the message may also be a separate member, status_message. */
export function readStatus(reader: JsonReader, object: JsonObject): SpanStatus | undefined {
  const beside = fieldOf(object, 'status_message');
  const message = reader.text(object, beside.name);
  const { name, value } = fieldOf(object, 'status');
  if (typeof value === 'object' && !Array.isArray(value)) {
    const nested = reader.nested(object, name, (status) => {
      refuseUnknownMembers(reader, status, STATUS_MEMBERS);
      const code = readName(reader, fieldOf(status, 'code'), STATUS_CODES, 'STATUS_CODE_');
      return { code, message: reader.text(status, 'message') || message };
    });
    return nested ?? { code: 0, message };
  }
  if (value === undefined && message === '') return undefined;
  return { code: readName(reader, { name, value }, STATUS_CODES, 'STATUS_CODE_'), message };
}

/** One of some names in any case, with or without OTLP's prefix, or its number. */
function readName(
  reader: JsonReader,
  { name, value }: { readonly name: string; readonly value: JsonValue | undefined },
  names: readonly string[],
  prefix: string,
): number {
  if (value === undefined) return 0;
  const number =
    typeof value === 'string' ? names.indexOf(value.toLowerCase().replace(prefix.toLowerCase(), '')) : Number(integerOf(value) ?? -1);
  if (number >= 0 && number < names.length) return number;
  reader.expected(`one of ${names.join(', ')}, or 0 to ${names.length - 1}`, value, name);
  return 0;
}

/** Attributes as an object (`{"http.method": "GET"}`), or in the OTLP/JSON form. */
export function readPlainAttributes(reader: JsonReader, object: JsonObject, name = 'attributes', depth = 0): KeyValue[] {
  if (Array.isArray(object[name])) return readAttributes(reader, object, name, depth);
  return reader.nested(object, name, (map) => readMap(reader, map, depth)) ?? [];
}

export function readMap(reader: JsonReader, map: JsonObject, depth = 0): KeyValue[] {
  return Object.entries(map).flatMap(([key, value]) => {
    if (value === null) return [];
    return [{ key, value: reader.within(key, () => readPlainValue(reader, value, depth)) }];
  });
}

function readPlainValue(reader: JsonReader, value: JsonValue, depth: number): AnyValue {
  switch (typeof value) {
    case 'string':
      return { type: 'string', value };
    case 'boolean':
      return { type: 'bool', value };
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? { type: 'int', value } : { type: 'double', value };
    case 'bigint':
      if (BigInt.asIntN(64, value) !== value) reader.fail('expected an integer of 64 bits');
      return { type: 'int', value: safe(BigInt.asIntN(64, value)) };
  }
  if (value === null) return { type: 'empty' };
  const inner = deeper(reader, depth);
  if (!Array.isArray(value)) return { type: 'kvlist', value: readMap(reader, value, inner) };
  return { type: 'array', value: value.map((item, i) => reader.within(i, () => readPlainValue(reader, item, inner))) };
}
