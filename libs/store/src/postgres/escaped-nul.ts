/** SUBSTITUTE, the escape character: it is rare in texts. */
const MARK = '\u001a';
const NUL = '\u0000';

/**
 * PostgreSQL accepts every character in a text except U+0000. It is written as U+001A `0`, and U+001A itself as U+001A `1`. Reading reverses this, distinct
 * texts stay distinct, and nearly all texts are unchanged. Half a surrogate pair has no UTF-8 encoding and becomes U+FFFD.
 */
export function escapedNul(text: string): string {
  const wellFormed = text.toWellFormed();
  if (!wellFormed.includes(MARK) && !wellFormed.includes(NUL)) return wellFormed;
  return wellFormed.replaceAll(MARK, `${MARK}1`).replaceAll(NUL, `${MARK}0`);
}

/** The inverse of `escapedNul`; other texts are returned unchanged. */
export function unescapedNul(text: string): string {
  if (!text.includes(MARK)) return text;
  return text.replaceAll(`${MARK}0`, NUL).replaceAll(`${MARK}1`, MARK);
}
