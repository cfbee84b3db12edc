/** The longest text of a cell, in UTF-16 units: browsers lay out whole texts, and a table holds many. */
export const MAX_TEXT = 2_000;
/** The most rows of a frame. */
export const MAX_FRAME_ROWS = 10_000;

/** Characters without a shape of their own that change how their neighbours are read. Tabs and line ends stay. */
const UNSEEN = /(?![\t\n\r])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** A text that a sender chose, as it may be shown: its characters are seen, and a long one is cut, and says so. */
export function shownText(text: string): string {
  const start = text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text;
  const seen = start.toWellFormed().replace(UNSEEN, '\u{fffd}');
  return text.length > MAX_TEXT ? `${seen}… (${text.length.toLocaleString('en')} characters)` : seen;
}

/** A value of an attribute as it may be shown: texts as above, and lists and maps as JSON where they are long. */
export function shownValue(value: unknown): unknown {
  if (typeof value === 'string') return shownText(value);
  if (typeof value !== 'object' || value === null) return value;
  const text = JSON.stringify(value);
  const shown = shownText(text);
  return shown === text ? value : shown;
}
