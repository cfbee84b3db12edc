/** Maximum of code points of a span's (or script's) text that is stored and signed with a violation. */
const MAX_CODE_POINTS = 200;

/** At most `longest` code points of a text, well-formed, with `…` where it was cut. No character is halved. */
export function clipped(text: string, longest = MAX_CODE_POINTS): string {
  if (text.length <= longest) return text.toWellFormed();
  // A code point has one or two UTF-16 units, so these hold the shown ones and one more.
  const points = [...text.slice(0, 2 * longest + 2).toWellFormed()];
  return points.length <= longest ? points.join('') : `${points.slice(0, longest).join('')}…`;
}
