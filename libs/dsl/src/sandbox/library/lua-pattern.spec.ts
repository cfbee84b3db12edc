import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { evaluatedByReference, whyNoLua } from '../../../../../test/fixtures/dsl/reference-lua.js';
import { LuaError } from '../../values/lua/lua-error.js';
import { findPattern, findPlain, isLiteral } from './lua-pattern.js';

const bytes = (text: string) => new TextEncoder().encode(text);

/** A Lua expression with the result of string.find: start, end and captures, or the error's text. */
const findInLua = (subject: string, pattern: string) =>
  `(function() local r = table.pack(pcall(string.find, ${JSON.stringify(subject)}, ${JSON.stringify(pattern)})) ` +
  'for i = 1, r.n do r[i] = tostring(r[i]) end return table.concat(r, "|", 1, r.n) end)()';

function find(subject: string, pattern: string): string {
  try {
    const search = isLiteral(bytes(pattern)) ? findPlain : findPattern;
    const match = search(bytes(subject), bytes(pattern), 0, () => {});
    if (match === undefined) return 'true|nil';
    const captures = match.captures.map((capture) =>
      'position' in capture ? capture.position : new TextDecoder().decode(bytes(subject).subarray(capture.start, capture.end)),
    );
    return ['true', match.start + 1, match.end, ...captures].join('|');
  } catch (error) {
    if (error instanceof LuaError) return `false|${error.message}`;
    throw error;
  }
}

const noLua = whyNoLua();
if (noLua !== undefined) process.stderr.write(`SKIPPED: ${noLua}\n`);

(noLua === undefined ? it : it.skip)("finds what Lua's string.find finds", () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '.',
    '%a',
    '%D',
    '%.',
    '[ab]',
    '[^a]',
    '[a-c%d]',
    '*',
    '+',
    '-',
    '?',
    '(',
    ')',
    '()',
    '%1',
    '%b()',
    '%f[%w]',
    '^',
    '$',
    '[',
    '%',
    ']',
  );
  const subject = fc.array(fc.constantFrom('a', 'b', 'c', '1', '(', ')', ' ', '.'), { maxLength: 8 }).map((parts) => parts.join(''));
  const pattern = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
  const cases = fc.sample(fc.tuple(subject, pattern), 3_000);
  const outcome = (result: string) => result.replace(/^(false.{30}).*/, '$1');
  // The expectation is not fengari's: its `%f` reads past the end of the text, and its `%1` takes a position for a length.
  const expected = evaluatedByReference(cases.map(([text, wanted]) => findInLua(text, wanted)));
  const differing = cases.flatMap(([text, wanted], n) => {
    const [ours, luas] = [outcome(find(text, wanted)), outcome(expected[n]!.replace(/^string /, ''))];
    return ours === luas ? [] : [{ text, pattern: wanted, ours, luas }];
  });
  expect(differing).toEqual([]);
  expect(expected.filter((result) => /^string true\|\d/.test(result)).length).toBeGreaterThan(300);
});
