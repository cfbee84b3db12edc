import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { treeHash } from './tree-hash.js';

/** Trees of few values, so that many pairs are equal, and many differ in one place. */
const { tree } = fc.letrec((tie) => {
  const leaf = fc.constantFrom<unknown>(
    '',
    'a',
    'ab',
    '\u0000',
    '\ud83d',
    '1',
    1,
    0,
    1.5,
    Number.NaN,
    Infinity,
    -Infinity,
    1n,
    true,
    false,
    null,
  );
  const inner = fc.oneof(
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'constructor'), tie('tree'), { maxKeys: 2, noNullPrototype: true }),
  );
  return { tree: fc.oneof({ maxDepth: 3, withCrossShrink: true }, leaf, inner) };
});

describe('treeHash', () => {
  it('is equal for equal trees and differs for others', () => {
    fc.assert(
      fc.property(tree, tree, (a, b) => {
        expect(treeHash(a) === treeHash(b)).toBe(isDeepStrictEqual(a, b) && keysOf(a) === keysOf(b));
        expect(treeHash(structuredClone(a))).toBe(treeHash(a));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['lists that are joined elsewhere', [['a'], ['b']], [['a', 'b'], []]],
    ['texts that are joined elsewhere', ['a', 'bc'], ['ab', 'c']],
    ['an infinity and NaN', { value: Infinity }, { value: Number.NaN }],
    ['a number and the text that spells it', [1], ['1']],
    ['a member and one of the object around it', { a: { b: 1 } }, { a: {}, b: 1 }],
  ])('distinguishes %s', (_what, a, b) => {
    expect(treeHash(a)).not.toBe(treeHash(b));
  });

  it('ignores undefined members, and is exact to 53 bits', () => {
    expect(treeHash({ a: 1, b: undefined })).toBe(treeHash({ a: 1 }));
    expect(Number.isSafeInteger(treeHash('a'))).toBe(true);
  });
});

/** The order of members counts: explanations have a fixed order. */
function keysOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner)) ?? '';
}
