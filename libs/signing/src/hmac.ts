import { createHmac, timingSafeEqual } from 'node:crypto';

/** HMAC-SHA256, 64 lower-case hex digits. The key's bytes are its UTF-8. */
export function hmac(form: Uint8Array, key: string): string {
  return createHmac('sha256', key).update(form).digest('hex');
}

/** Whether `signature` is the HMAC of the form, in constant time. */
export function hmacMatches(form: Uint8Array, key: string, signature: string): boolean {
  const expected = Buffer.from(hmac(form, key));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
