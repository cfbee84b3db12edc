import { EACH_INVISIBLE } from './invisible-characters.js';

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A text as a literal of the language. A reader sees all of it: invisible characters are escaped. */
export function quoted(text: string): string {
  const escaped = text.replace(/[\\"\n\r\t]/g, (sign) => ESCAPES[sign] ?? sign).replace(EACH_INVISIBLE, escapeOf);
  return `"${escaped}"`;
}

/** Half of a pair has no escape. */
function escapeOf(sign: string): string {
  if (!sign.isWellFormed()) return sign;
  const code = sign.codePointAt(0)!.toString(16);
  return sign < '\x80' ? `\\x${code.padStart(2, '0')}` : `\\u{${code}}`;
}
