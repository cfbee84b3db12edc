/** SUBSTITUTE, in whose name U+0000 is written: it hardly occurs in texts. */
const MARK = '\u001a';
const NUL = '\u0000';

/**
 * PostgreSQL takes every character but U+0000 in a text. It is written as U+001A `0`, and U+001A itself as U+001A `1`: what is read is
 * what was written, two texts stay two, and texts without either (nearly all) are as they are. Half a surrogate pair, which has no
 * UTF-8, becomes U+FFFD.
 */
export function escapedNul(text: string): string {
  const wellFormed = text.toWellFormed();
  if (!wellFormed.includes(MARK) && !wellFormed.includes(NUL)) return wellFormed;
  return wellFormed.replaceAll(MARK, `${MARK}1`).replaceAll(NUL, `${MARK}0`);
}

/** The text that was written; what no `escapedNul` wrote stays as it is. */
export function unescapedNul(text: string): string {
  if (!text.includes(MARK)) return text;
  return text.replaceAll(`${MARK}0`, NUL).replaceAll(`${MARK}1`, MARK);
}
