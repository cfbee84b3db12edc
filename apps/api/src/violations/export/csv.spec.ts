import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { csvLine } from './csv.js';

/** Parses one record of RFC 4180. */
function read(line: string): string[] {
  expect(line.endsWith('\r\n')).toBe(true);
  const cells: string[] = [];
  let rest = `,${line.slice(0, -2)}`;
  while (rest !== '') {
    const found = /^,(?:"((?:[^"]|"")*)"|([^",\r\n]*))(?=,|$)/.exec(rest);
    if (found === null) throw new Error(`no CSV: ${rest}`);
    cells.push(found[1]?.replaceAll('""', '"') ?? found[2]!);
    rest = rest.slice(found[0].length);
  }
  return cells;
}

const HARMFUL = /^(?:[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]|[\t\r\n])/u;

describe('a line of CSV', () => {
  it('reads back as written, except for the apostrophe before a formula', () => {
    const signs = ['"', ',', '\r', '\n', ' ', '=', '+', '-', '@', "'", '\t', '＝', '\u200b', '\u0000', 'a', '1'];
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.array(fc.constantFrom(...signs), { maxLength: 6 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (cells) => {
        const expected = cells.map((cell) => (HARMFUL.test(cell) ? `'${cell}` : cell));
        expect(read(csvLine(cells))).toEqual(expected);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['=1+1', `"'=1+1"`],
    [`=cmd|' /C calc'!A0`, `"'=cmd|' /C calc'!A0"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['+1', `"'+1"`],
    ['-1', `"'-1"`],
    [' =1', `"' =1"`],
    ['\u200b=1', `"'\u200b=1"`],
    ['\t=1', `"'\t=1"`],
    ['\ta', `"'\ta"`],
    ['＝1', `"'＝1"`],
    ['a=1', 'a=1'],
    ['say "no"', '"say ""no"""'],
    ['a\nb', '"a\nb"'],
    ['', ''],
  ])('%j is %s', (text, cell) => expect(csvLine([text])).toBe(`${cell}\r\n`));

  it('writes numbers unquoted and absent values empty', () => {
    expect(csvLine([-5, 0.5, true, undefined, 'x'])).toBe('-5,0.5,true,,x\r\n');
  });
});
