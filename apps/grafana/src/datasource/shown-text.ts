import { shortened, textParts } from '#ui/format/plain-text';

/** The longest text of a cell, in UTF-16 units: browsers lay out whole texts, and a table holds many. */
export const MAX_TEXT = 2_000;
/** The most rows of a frame. */
export const MAX_FRAME_ROWS = 10_000;

/**
 * A text of a sender in a form that is safe to show: a replacement character stands for an invisible one, and a long text is cut with a mark. Joiners within an
 * emoji, or within a script that needs them, stay.
 */
export function shownText(text: string): string {
  const seen = textParts(shortened(text, MAX_TEXT))
    .map((part) => (part.isInvisible ? '\u{fffd}' : part.text))
    .join('');
  return text.length > MAX_TEXT ? `${seen} (${text.length.toLocaleString('en')} characters)` : seen;
}

/** A value of an attribute as it may be shown: texts as above, and lists and maps as JSON where they are long. */
export function shownValue(value: unknown): unknown {
  if (typeof value === 'string') return shownText(value);
  if (typeof value !== 'object' || value === null) return value;
  const text = JSON.stringify(value);
  const shown = shownText(text);
  return shown === text ? value : shown;
}
