import { describe, expect, it } from '@jest/globals';
import { codePointOf, fileNameOf, plainText, shortened, textParts } from './plain-text';

const shown = (text: string): string =>
  textParts(text)
    .map((part) => (part.isInvisible ? `[${codePointOf(part.text)}]` : part.text))
    .join('');

describe('a text of users', () => {
  it.each([
    ['plain', 'plain'],
    ['', ''],
    ['a\u202egpj.exe', 'a[U+202E]gpj.exe'],
    ['\u2066a\u2069', '[U+2066]a[U+2069]'],
    ['ad\u200bmin', 'ad[U+200B]min'],
    ['ad\u200dmin', 'ad[U+200D]min'],
    ['nul\u0000 bell\u0007 escape\u001b[31m', 'nul[U+0000] bell[U+0007] escape[U+001B][31m'],
    ['tag\u{e0041}', 'tag[U+E0041]'],
    ['half \ud83d of a pair', 'half [U+D83D] of a pair'],
    ['two\nlines\tand a tab', 'two\nlines\tand a tab'],
    ['family 👨‍👩‍👧', 'family 👨‍👩‍👧'],
    ['می‌خواهم', 'می‌خواهم'],
    ['क्‍ष', 'क्‍ष'],
  ])('shows invisible characters: %j', (text, wanted) => expect(shown(text)).toBe(wanted));

  it('loses nothing in its parts', () => {
    const text = 'a\u202e\u200bb\u0000\ud83dc\u{1f600}';
    expect(
      textParts(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
  });

  it('keeps the order of a sentence in which it stands', () => {
    expect(plainText('a\u202eb')).toBe('a‹U+202E›b');
    expect(plainText('שלום')).toBe('\u2068שלום\u2069');
    expect(plainText('plain')).toBe('plain');
    expect(plainText('x'.repeat(1_000), 10)).toBe(`${'x'.repeat(10)}…`);
  });

  it('is cut between characters', () => {
    expect(shortened('ab😀', 3)).toBe('ab…');
    expect(shortened('ab😀', 4)).toBe('ab😀');
  });

  it.each([
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['../../etc/passwd', 'etc-passwd'],
    ['a/b\\c:d', 'a-b-c-d'],
    ['x'.repeat(300), 'x'.repeat(100)],
  ])('names a file without tricks: %j', (text, name) => expect(fileNameOf(text)).toBe(name));
});
