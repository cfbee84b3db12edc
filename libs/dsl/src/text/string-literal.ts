/** The result of unescaping a string: the text, and whether the bytes were UTF-8; or the error and its position. */
export type Unescaped =
  | { readonly value: string; readonly isText: boolean }
  | { readonly reason: string; readonly start: number; readonly end: number };

const SIMPLE: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92, '"': 34, "'": 39 };

/** Replaces the escapes of Lua 5.3 in `text` from `start` (included) to `end` (not), the inside of the quotes. */
export function unescapeString(text: string, start: number, end: number): Unescaped {
  if (!text.slice(start, end).includes('\\')) return { value: text.slice(start, end), isText: true };
  const bytes: number[] = [];
  let at = start;
  while (at < end) {
    const backslash = text.indexOf('\\', at);
    const plainEnd = backslash === -1 || backslash >= end ? end : backslash;
    for (const byte of encoder.encode(text.slice(at, plainEnd))) bytes.push(byte);
    if (plainEnd === end) break;
    const escaped = readEscape(text, plainEnd + 1, end);
    if (typeof escaped === 'string') return { reason: escaped, start: plainEnd, end: Math.min(end, plainEnd + 2) };
    for (const byte of escaped.bytes) bytes.push(byte);
    at = escaped.end;
  }
  return decode(Uint8Array.from(bytes));
}

const encoder = new TextEncoder();

function decode(bytes: Uint8Array): Unescaped {
  try {
    return { value: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), isText: true };
  } catch {
    return { value: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), isText: false };
  }
}

type Escape = { readonly bytes: Iterable<number>; readonly end: number };

/** The escape whose first character (after the backslash) is at `at`; a string result is an error. */
function readEscape(text: string, at: number, end: number): Escape | string {
  const character = text[at] ?? '';
  const simple = SIMPLE[character];
  if (simple !== undefined) return { bytes: [simple], end: at + 1 };
  if (character === '\n' || character === '\r') return { bytes: [10], end: skipLineBreak(text, at) };
  if (character === 'z') {
    let next = at + 1;
    while (next < end && /[ \f\n\r\t\v]/.test(text[next] ?? '')) next++;
    return { bytes: [], end: next };
  }
  if (character === 'x') {
    const digits = text.slice(at + 1, at + 3);
    return /^[0-9a-fA-F]{2}$/.test(digits) && at + 3 <= end
      ? { bytes: [Number.parseInt(digits, 16)], end: at + 3 }
      : 'hexadecimal digit expected';
  }
  if (character === 'u') return readCodePoint(text, at, end);
  const digits = /^\d{1,3}/.exec(text.slice(at, Math.min(end, at + 3)))?.[0];
  if (digits === undefined) return 'invalid escape sequence';
  return Number(digits) > 255 ? 'decimal escape too large' : { bytes: [Number(digits)], end: at + digits.length };
}

function readCodePoint(text: string, at: number, end: number): Escape | string {
  const match = /^\{([0-9a-fA-F]+)\}/.exec(text.slice(at + 1, Math.min(end, at + 20)));
  if (match === null) return "missing '{' or '}' in \\u{xxxx}";
  const point = Number.parseInt(match[1] ?? '', 16);
  if (point > 0x10ffff) return 'UTF-8 value too large';
  return { bytes: encodePoint(point), end: at + 1 + match[0].length };
}

/** Encodes surrogates too, as Lua does: the result is then no valid text. */
function encodePoint(point: number): Iterable<number> {
  if (point >= 0xd800 && point < 0xe000) return [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
  return encoder.encode(String.fromCodePoint(point));
}

/** The offset after the line break at `at`; `\r\n` and `\n\r` count as one. */
export function skipLineBreak(text: string, at: number): number {
  const next = text[at + 1];
  return (next === '\n' || next === '\r') && next !== text[at] ? at + 2 : at + 1;
}

/** The fix for an unknown escape: the backslash is meant for the regular expression. */
export function doubled(written: string, escaped: string): string {
  return /[abfnrtvxzu\d\\"'\n\r]/.test(escaped) ? written : `\\${written}`;
}

export function closing(bracket: string): string {
  return bracket.replaceAll('[', ']');
}

/** A long string omits its first line break and normalizes the others to `\n`. */
export function normalizeLines(text: string): string {
  return text.replace(/\r\n|\n\r|\r|\n/g, '\n').replace(/^\n/, '');
}
