import { createHash } from 'node:crypto';

/** Bytes of the ids. */
const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Values of hex digits by character code; undefined for other characters. */
const DIGITS: readonly (number | undefined)[] = Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? undefined : value;
});

/** Lower-case hex of `length` bytes from `at` on. */
export function hexAt(bytes: Uint8Array, at: number, length: number): string {
  let text = '';
  for (let i = at; i < at + length; i++) text += HEX[bytes[i]!]!;
  return text;
}

/** Lower-case hex of big-endian 32-bit words. */
export function hexOfWords(words: Uint32Array, at: number, count: number): string {
  let text = '';
  for (let i = at; i < at + count; i++) text += words[i]!.toString(16).padStart(8, '0');
  return text;
}

/** Hex of either case to bytes; undefined when the text is not pairs of hex digits. */
export function bytesOfHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const byte = (DIGITS[text.charCodeAt(2 * i)] ?? -1) * 16 + (DIGITS[text.charCodeAt(2 * i + 1)] ?? -256);
    if (byte < 0) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}

/** The wire id for a text that is not an OTLP id: SHA-256 of its UTF-8, truncated, as hex. */
export function traceIdOfText(text: string): string {
  return createHash('sha256')
    .update(text, 'utf8')
    .digest('hex')
    .slice(0, 2 * TRACE_ID_BYTES);
}

export function spanIdOfText(text: string): string {
  return createHash('sha256')
    .update(text, 'utf8')
    .digest('hex')
    .slice(0, 2 * SPAN_ID_BYTES);
}

/** 32 hex digits, not all zero. */
export function isTraceId(text: string): boolean {
  return /^(?!0{32})[0-9a-fA-F]{32}$/.test(text);
}

/** 16 hex digits, not all zero. */
export function isSpanId(text: string): boolean {
  return /^(?!0{16})[0-9a-fA-F]{16}$/.test(text);
}

/**
 * The shown id: the user's text if the wire id was derived from it, else the wire id. (Anybody can send the attribute with the text; only the right text
 * replaces an id.)
 */
export function shownTraceId(hex: string, text: unknown): string {
  return typeof text === 'string' && traceIdOfText(text) === hex ? text : hex;
}

export function shownSpanId(hex: string, text: unknown): string {
  return typeof text === 'string' && spanIdOfText(text) === hex ? text : hex;
}
