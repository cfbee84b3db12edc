import { EACH_INVISIBLE, INVISIBLE } from '#base';

/** A part of a text: as it is, or the name of a character that would not be seen. */
export interface TextPart {
  readonly text: string;
  readonly isInvisible: boolean;
}

/** `U+202E` */
export const codePointOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** A text in parts, in which each invisible character is one of its own. */
export function textParts(text: string): readonly TextPart[] {
  if (!INVISIBLE.test(text)) return [{ text, isInvisible: false }];
  const parts: TextPart[] = [];
  let at = 0;
  for (const match of text.matchAll(EACH_INVISIBLE)) {
    if (match.index > at) parts.push({ text: text.slice(at, match.index), isInvisible: false });
    parts.push({ text: match[0], isInvisible: true });
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), isInvisible: false });
  return parts;
}

/** The first characters of a text, with an ellipsis if there are more. No pair of a character is cut. */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = /[\ud800-\udbff]/.test(text.charAt(length - 1)) ? length - 1 : length;
  return `${text.slice(0, end)}…`;
}

/** A title or a name in a sentence holds this many characters. */
const NAME_LENGTH = 300;

/**
 * A text of users where no element can isolate it: in titles, options, labels, names of windows. Invisible characters are written as `‹U+202E›`, and a text in
 * a right-to-left script does not reorder the sentence around it.
 */
export function plainText(text: string, length = NAME_LENGTH): string {
  const plain = textParts(shortened(text, length))
    .map((part) => (part.isInvisible ? `‹${codePointOf(part.text)}›` : part.text))
    .join('');
  return RIGHT_TO_LEFT.test(plain) ? `\u2068${plain}\u2069` : plain;
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

const FILE_NAME_LENGTH = 100;

/** A text as a part of a file's name: a name with a direction mark would seem to have another ending. */
export const fileNameOf = (text: string): string =>
  textParts(text)
    .filter(({ isInvisible }) => !isInvisible)
    .map((part) => part.text)
    .join('')
    .replaceAll(/[\s\\/:*?"<>|]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, FILE_NAME_LENGTH);
