/** Scripts in which a joiner beside a mark chooses between signs, as after a virama. */
const INDIC = [
  'Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala',
  'Myanmar Khmer Tibetan Balinese Javanese Sundanese',
].join(' ');
/** Scripts whose letters join. */
const CURSIVE = 'Arabic Syriac Mongolian Nko Mandaic Adlam';

const ofScripts = (names: string): string => `[${names.replaceAll(/\w+ ?/g, (name) => `\\p{Script_Extensions=${name.trim()}}`)}]`;

const INDIC_MARK = String.raw`(?=\p{M})${ofScripts(INDIC)}`;
const IN_EMOJI = String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}]\ufe0f?)\u200d(?=\p{Extended_Pictographic})`;

/**
 * Invisible characters, and those that reorder the text around them: control characters, direction marks, zero-width and filling characters, halves of
 * pairs. A joiner or a selector of a variant is a part of the visible sign where Unicode gives it an effect: in an emoji, a script that needs it, an ideograph.
 */
export const INVISIBLE = new RegExp(
  [
    // Control, format and ignorable characters, and halves of pairs. Line ends, tabs, and visible signs of Arabic are none; others have rules below.
    String.raw`(?![\t\n\r\u0600-\u0605\u06dd\u08e2\u200c\u200d]|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}])[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]`,
    // Unicode's separators of lines and paragraphs.
    String.raw`[\u2028\u2029]`,
    // Joiners that join nothing.
    String.raw`(?!${IN_EMOJI})(?<!${ofScripts(CURSIVE)}|${INDIC_MARK})[\u200c\u200d](?!${INDIC_MARK})`,
    // Selectors of variants after a character that has none. A digit has one within a keycap.
    String.raw`(?<!\p{Extended_Pictographic}|[0-9#*](?=.\u20e3))[\ufe0e\ufe0f]`,
    String.raw`(?<![\u2200-\u22ff\u2a00-\u2aff\p{Unified_Ideograph}\p{Script=Myanmar}\p{Script=Phags_Pa}\p{Script=Manichaean}])[\ufe00-\ufe02]`,
    String.raw`[\ufe03-\ufe0d]`,
    String.raw`(?<!\p{Unified_Ideograph})[\u{e0100}-\u{e01ef}]`,
  ].join('|'),
  'u',
);

/** The same, for all matches in a text. */
export const EACH_INVISIBLE = new RegExp(INVISIBLE, 'gu');
