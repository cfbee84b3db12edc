/** Code points of a text of a span (or of a script) where it is stored and signed with each violation. */
const MAX_CODE_POINTS = 200;

/** At most `longest` code points of a text, well-formed, with `…` where something was cut off: no character is halved. */
export function clipped(text: string, longest = MAX_CODE_POINTS): string {
  if (text.length <= longest) return text.toWellFormed();
  // A code point has one or two UTF-16 units, so these hold as many as are shown and one more.
  const points = [...text.slice(0, 2 * longest + 2).toWellFormed()];
  return points.length <= longest ? points.join('') : `${points.slice(0, longest).join('')}…`;
}
