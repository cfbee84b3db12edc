/**
 * A value of BeTraceDSL. Lua's nil is `undefined`. An integer is a number while it is safe (|x| <= 2^53 - 1) and a bigint beyond. So 64-bit ids and nanoseconds
 * are exact, and the common case stays a plain number. A double is always a number. A double with an integral value in the safe range is therefore the integer:
 * one number type for the user. Arrays and maps are attribute values; `Bytes` are compared as strings of bytes.
 */
export type Value = undefined | boolean | number | bigint | string | Uint8Array | readonly Value[] | ValueMap;

/** A key-value list attribute, or the attributes of a span, resource or event. */
export interface ValueMap {
  readonly [key: string]: Value;
}
