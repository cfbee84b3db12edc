/**
 * Invisible characters, and those that reorder the text around them: control characters, direction marks, zero-width and filling characters, halves of
 * pairs. A joiner between parts of an emoji, or within a script that needs it, is a part of the visible sign.
 */
export const INVISIBLE = new RegExp(
  [
    // Control and format characters, and halves of pairs, except for line ends, tabs, joiners, and visible signs of Arabic.
    /(?![\t\n\r\u0600-\u0605\u06dd\u08e2\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}]/u,
    // Fillers, and Unicode's separators of lines and paragraphs.
    /[\u115f\u1160\u2028\u2029\u3164\uffa0]|\u17b4|\u17b5|\u180b|\u180c|\u180d|\u180f/u,
    // Joiners that join nothing.
    /(?<!\ufe0f|[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{M}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}])[\u200c\u200d]/u,
  ]
    .map(({ source }) => source)
    .join('|'),
  'u',
);

/** The same, for all matches in a text. */
export const EACH_INVISIBLE = new RegExp(INVISIBLE, 'gu');
