import { type AnyValue, EMPTY_VALUE, type KeyValue } from '../span/attribute.js';
import { MAX_VALUE_DEPTH } from '../wire/limits.js';
import { OtlpError } from '../wire/otlp-error.js';
import type { JsonObject, JsonReader } from './json-reader.js';
import type { JsonValue } from './lossless-json.js';

/** Reads attributes in the OTLP/JSON form: [{"key": "k", "value": {"stringValue": "v"}}]. */
export function readAttributes(reader: JsonReader, object: JsonObject, name = 'attributes', depth = 0): KeyValue[] {
  return reader.list(object, name, (attribute) => ({
    key: reader.text(attribute, 'key'),
    value: reader.nested(attribute, 'value', (value) => readAnyValue(reader, value, depth)) ?? EMPTY_VALUE,
  }));
}

/** Reads an AnyValue. @param depth arrays and lists around it. Of several values the first in the list below counts. */
export function readAnyValue(reader: JsonReader, object: JsonObject, depth = 0): AnyValue {
  const { stringValue, boolValue, intValue, doubleValue, bytesValue } = object;
  if (isGiven(stringValue)) return { type: 'string', value: reader.text(object, 'stringValue') };
  if (isGiven(boolValue)) {
    if (typeof boolValue !== 'boolean') reader.expected('true or false', boolValue, 'boolValue');
    return { type: 'bool', value: boolValue === true };
  }
  if (isGiven(intValue)) return { type: 'int', value: safe(reader.integer(object, 'intValue', -(2n ** 63n), 2n ** 63n - 1n)) };
  if (isGiven(doubleValue)) return { type: 'double', value: readDouble(reader, doubleValue) };
  if (isGiven(bytesValue)) return { type: 'bytes', value: readBase64(reader, bytesValue) };
  const array = reader.nested(object, 'arrayValue', (list) =>
    reader.list(list, 'values', (value) => readAnyValue(reader, value, deeper(reader, depth))),
  );
  if (array) return { type: 'array', value: array };
  const kvlist = reader.nested(object, 'kvlistValue', (list) => readAttributes(reader, list, 'values', deeper(reader, depth)));
  return kvlist ? { type: 'kvlist', value: kvlist } : EMPTY_VALUE;
}

/** One level more; throws BT_OTLP_TOO_DEEP at the limit. */
export function deeper(reader: JsonReader, depth: number): number {
  if (depth < MAX_VALUE_DEPTH) return depth + 1;
  const path = reader.where();
  const where = path.length > 80 ? `${path.slice(0, 77)}…` : path;
  throw new OtlpError('BT_OTLP_TOO_DEEP', { limit: MAX_VALUE_DEPTH, where }, { path });
}

/** A number while it is safe, else the bigint. */
export function safe(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function readDouble(reader: JsonReader, value: JsonValue): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  if (typeof value === 'string' && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)) return Number(value);
  reader.expected('a number, "NaN", "Infinity" or "-Infinity"', value, 'doubleValue');
  return 0;
}

function readBase64(reader: JsonReader, value: JsonValue): Uint8Array {
  if (typeof value === 'string' && /^[A-Za-z0-9+/_-]*={0,2}$/.test(value)) return new Uint8Array(Buffer.from(value, 'base64'));
  reader.expected('base64', value, 'bytesValue');
  return new Uint8Array(0);
}

function isGiven(value: JsonValue | undefined): value is Exclude<JsonValue, null> {
  return value !== undefined && value !== null;
}
