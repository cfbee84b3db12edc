import { expect, it } from '@jest/globals';
import { quoted } from './quoted.js';

it.each([
  ['plain', '"plain"'],
  ['', '""'],
  ['say "hi"\\\n\t', String.raw`"say \"hi\"\\\n\t"`],
  ['nul\u0000 delete\u007f next\u0085', String.raw`"nul\x00 delete\x7f next\u{85}"`],
  ['pay\u202ement', String.raw`"pay\u{202e}ment"`],
  ['ad\u200dmin', String.raw`"ad\u{200d}min"`],
  ['tag\u{e0041}', String.raw`"tag\u{e0041}"`],
  ['👨\u200d👩\u200d👧', '"👨\u200d👩\u200d👧"'],
  ['half\ud800', '"half\ud800"'],
])('the literal of %j shows its invisible characters', (text, literal) => expect(quoted(text)).toBe(literal));
