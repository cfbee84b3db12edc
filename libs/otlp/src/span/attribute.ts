import { PARENT_ID_TEXT, SPAN_ID_TEXT, TRACE_ID_TEXT } from '../wire/own-names.js';

/** OTLP's AnyValue as on the wire: the kind of number is kept, so that encoding gives the same bytes. */
export type AnyValue =
  | { readonly type: 'empty' }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bool'; readonly value: boolean }
  /** A number while it is safe (|x| <= 2^53 - 1), else a bigint. */
  | { readonly type: 'int'; readonly value: number | bigint }
  | { readonly type: 'double'; readonly value: number }
  | { readonly type: 'array'; readonly value: readonly AnyValue[] }
  | { readonly type: 'kvlist'; readonly value: readonly KeyValue[] }
  | { readonly type: 'bytes'; readonly value: Uint8Array };

/** One attribute. Keys should be unique; where they are not, the first one that has a value counts. */
export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

/** An attribute value as rules see it; undefined is "no value". Maps have no prototype. */
export type PlainValue = undefined | boolean | number | bigint | string | Uint8Array | readonly PlainValue[] | PlainMap;

export interface PlainMap {
  readonly [key: string]: PlainValue;
}

export const EMPTY_VALUE: AnyValue = { type: 'empty' };

/** The value as rules see it. */
export function plainValue(value: AnyValue): PlainValue {
  switch (value.type) {
    case 'empty':
      return undefined;
    case 'array':
      return value.value.map(plainValue);
    case 'kvlist':
      return plainMap(value.value);
    default:
      return value.value;
  }
}

/**
 * Attributes as a map. An attribute without a value is absent; of several with the same key the first with a value counts, as
 * in the collector's lookup (and in the projection).
 */
export function plainMap(attributes: readonly KeyValue[]): PlainMap {
  const map = Object.create(null) as Record<string, PlainValue>;
  for (const { key, value } of attributes) {
    if (map[key] === undefined && value.type !== 'empty') map[key] = plainValue(value);
  }
  return map;
}

/** A span's attributes without those in which ingest keeps ids that are not OTLP ids. */
export function spanAttributes(attributes: readonly KeyValue[]): PlainMap {
  return plainMap(attributes.filter(({ key }) => key !== TRACE_ID_TEXT && key !== SPAN_ID_TEXT && key !== PARENT_ID_TEXT));
}

/** The value of one attribute, undefined when absent. */
export function attributeOf(attributes: readonly KeyValue[], key: string): PlainValue {
  const found = attributes.find((attribute) => attribute.key === key && attribute.value.type !== 'empty');
  return found && plainValue(found.value);
}
