import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { firstJsonError } from './first-json-error.js';

describe('the place where JSON breaks', () => {
  it.each([
    ['an unknown word', '{"a": oops}', 6],
    ['a trailing comma', '[1, 2, ]', 7],
    ['a missing colon', '{"a" 1}', 5],
    ['a missing comma', '{"a": 1 "b": 2}', 8],
    ['single quotes', "{'a': 1}", 1],
    ['an early end', '{"a": [1, 2', 11],
    ['an unfinished string', '{"a": "bc', 9],
    ['a bad escape', '["a\\x"]', 3],
    ['something after the end', '{} {}', 3],
    ['the wrong bracket', '[1}', 2],
    ['a leading zero', '[012]', 2],
    ['nothing', '', 0],
  ])('is found at %s', (_, text, offset) => expect(firstJsonError(text)).toBe(offset));

  it('is the end of every JSON prefix, and at or before any inserted character', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, where) => {
        expect(firstJsonError(text)).toBe(text.length);
        const at = where % (text.length + 1);
        const broken = `${text.slice(0, at)}\u0001${text.slice(at)}`;
        expect(firstJsonError(broken)).toBeLessThanOrEqual(at);
      }),
    );
  });
});
