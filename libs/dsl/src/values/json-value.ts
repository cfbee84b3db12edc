import type { Value } from './value.js';

/** A value in a violation, the REST API and the command line. */
export type ShownValue = boolean | number | string | null;

/**
 * A value in JSON: nil → null, a 64-bit integer → decimal text, numbers outside JSON → `"Infinity"`, `"-Infinity"` or `"NaN"`, as in protobuf's JSON. Arrays
 * and maps → their JSON text, bytes → base64. Texts are well-formed: half a surrogate pair becomes U+FFFD.
 */
export function jsonValue(value: Value): ShownValue {
  if (value === undefined) return null;
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return String(value);
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object') return value;
  return value instanceof Uint8Array ? base64(value) : JSON.stringify(value, (_key, inner: Value) => innerValue(inner));
}

function innerValue(value: Value): Value {
  if (typeof value === 'object') return value instanceof Uint8Array ? base64(value) : value;
  return jsonValue(value) ?? undefined;
}

function base64(bytes: Uint8Array): string {
  // Each byte becomes a character; in chunks, because a call takes a limited number of arguments.
  let text = '';
  for (let at = 0; at < bytes.length; at += 4_096) text += String.fromCharCode(...bytes.subarray(at, at + 4_096));
  return btoa(text);
}
