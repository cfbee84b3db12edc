import { describe, expect, it } from '@jest/globals';
import { EACH_INVISIBLE, INVISIBLE } from './invisible-characters.js';

/** The texts of people: each of these characters changes what they see. */
const VISIBLE = [
  'two\nlines\tand a tab',
  // Emoji: in colour, as text, a keycap, of several, with skin, with hair.
  '\u2764\ufe0f',
  '\u2764\ufe0e',
  '1\ufe0f\u20e3 #\ufe0f\u20e3',
  '\u2764\ufe0f\u200d\u{1f525}',
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  '\u{1f469}\u{1f3fd}\u200d\u{1f4bb}',
  '\u{1f468}\u{1f3fd}\u200d\u{1f9b0}',
  '\u{1f3f3}\ufe0f\u200d\u{1f308}',
  // Persian, vocalized Arabic, half of a Hindi letter, Bengali in two orders, Malayalam, Sinhala.
  '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645',
  '\u0645\u064e\u200c\u062e',
  '\u0915\u094d\u200d\u0937',
  '\u09b0\u200d\u09cd\u09af \u09b0\u09cd\u200d\u09af',
  '\u0d28\u0d4d\u200d',
  '\u0dc1\u0dca\u200d\u0dbb\u0dd3',
  // The first character of a Japanese place, in the form that its people write; a compatibility ideograph.
  '\u845b\u{e0100}\u57ce',
  '\u4fae\ufe00',
  // A relation of mathematics with a variant.
  '\u2268\ufe00',
  'e\u0301 \u05e9\u05bc',
];

/** Each ends with a character that nobody sees. */
const HIDDEN = [
  ...['\0', '\u001b', '\u00ad', '\u034f', '\u061c', '\u115f', '\u1160', '\u17b4', '\u180b', '\u180e', '\u200b', '\u200e', '\u202e'],
  ...[
    '\u2028',
    '\u2060',
    '\u2065',
    '\u2066',
    '\u3164',
    '\ufeff',
    '\uffa0',
    '\ufff0',
    '\ud83d',
    '\u{1d173}',
    '\u{e0001}',
    '\u{e0041}',
    '\u{e0fff}',
  ],
  // Joiners and selectors after a character on which they have no effect.
  ...['\u200c', '\u200d', '\ufe00', '\ufe03', '\ufe0d', '\ufe0e', '\ufe0f', '\u{e0100}', '\u{e01ef}'],
  ...['5\ufe0f', '5\u{e0100}', '<\ufe00', 'e\u0301\u200d', '\u05e9\u05bc\u200d'],
  // A second selector, and what follows an emoji or an ideograph without an effect.
  ...[
    '\u2764\ufe0f\ufe0f',
    '\u2764\u{e0100}',
    '\u845b\u{e0100}\u{e0101}',
    '\u{1f600}\u200d',
    '\u{1f600}\u200c',
    '\u845b\ufe0f',
    '\u845b\u200d',
  ],
];
const named = (text: string): string => [...text].map((sign) => `U+${sign.codePointAt(0)!.toString(16).toUpperCase()}`).join(' ');

describe('invisible characters', () => {
  it.each(VISIBLE.map((text) => [named(text), text]))('are none of those that change what is seen: %s', (_, text) => {
    expect(text.match(EACH_INVISIBLE)).toBeNull();
  });

  it.each(HIDDEN.map((text) => [named(text), text]))('are found between letters, and at the end: %s', (_, text) => {
    const last = [...text].at(-1)!;
    for (const around of [`ad${text}min`, `ad${text}`]) expect(around.match(EACH_INVISIBLE)).toEqual([last]);
    expect(INVISIBLE.test(`ad${text}min`)).toBe(true);
  });

  it('are each found in a text that carries another one in selectors', () => {
    const carried = [...'secret'].map((letter) => String.fromCodePoint(0xe0100 + letter.charCodeAt(0) - 16)).join('');
    expect(`\u{1f600}${carried}`.match(EACH_INVISIBLE)?.join('')).toBe(carried);
  });
});
