import { ANY_VALUE, KEY_VALUE, LIST } from '../wire/fields.js';
import { MAX_VALUE_DEPTH } from '../wire/limits.js';
import { tooDeep } from '../wire/otlp-error.js';
import type { Cursor } from '../wire/wire.js';
import { type AnyValue, EMPTY_VALUE, type KeyValue } from './attribute.js';

/** Reads a KeyValue message that ends at `end`. */
export function readKeyValue(cursor: Cursor, end: number, depth = 0): KeyValue {
  let key = '';
  let value: AnyValue = EMPTY_VALUE;
  while (cursor.position < end) {
    const tag = cursor.tag(end);
    if (tag === KEY_VALUE.key) key = cursor.text(end);
    else if (tag === KEY_VALUE.value) value = readValue(cursor, cursor.delimited(end), depth);
    else cursor.skip(tag, end);
  }
  return { key, value };
}

/** Reads an AnyValue message that ends at `end`; of several values the last counts. `depth`: arrays and lists around it. */
export function readValue(cursor: Cursor, end: number, depth = 0): AnyValue {
  let value: AnyValue = EMPTY_VALUE;
  while (cursor.position < end) {
    const tag = cursor.tag(end);
    switch (tag) {
      case ANY_VALUE.string:
        value = { type: 'string', value: cursor.text(end) };
        break;
      case ANY_VALUE.bool:
        cursor.varint(end);
        value = { type: 'bool', value: cursor.low !== 0 || cursor.high !== 0 };
        break;
      case ANY_VALUE.int:
        value = { type: 'int', value: cursor.int64(end) };
        break;
      case ANY_VALUE.double:
        value = { type: 'double', value: cursor.double(end) };
        break;
      case ANY_VALUE.array:
        value = { type: 'array', value: readList(cursor, cursor.delimited(end), depth + 1, readValue) };
        break;
      case ANY_VALUE.kvlist:
        value = { type: 'kvlist', value: readList(cursor, cursor.delimited(end), depth + 1, readKeyValue) };
        break;
      case ANY_VALUE.bytes:
        value = { type: 'bytes', value: cursor.blob(end) };
        break;
      default:
        cursor.skip(tag, end);
    }
  }
  return value;
}

function readList<T>(cursor: Cursor, end: number, depth: number, readItem: (cursor: Cursor, end: number, depth: number) => T): T[] {
  if (depth > MAX_VALUE_DEPTH) tooDeep(cursor.position, MAX_VALUE_DEPTH);
  const items: T[] = [];
  while (cursor.position < end) {
    const tag = cursor.tag(end);
    if (tag === LIST.values) items.push(readItem(cursor, cursor.delimited(end), depth));
    else cursor.skip(tag, end);
  }
  return items;
}
