import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { luaEquals } from '../values/lua/lua-value.js';
import type { Value } from '../values/value.js';
import { isAggregate, RELATIVES_FUNCTIONS } from '../vocabulary/trace-vocabulary.js';
import { aggregate, valueKey } from './aggregate.js';

const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
  fc.constantFrom(0.1, 1e300, -1e300, 9_007_199_254_740_991, -0),
);

describe('aggregates', () => {
  it.each([
    ['a sum of nothing', aggregate.sum([]), 0],
    ['integers beyond 2^53', aggregate.sum([9_007_199_254_740_993n, 1, 1]), 9_007_199_254_740_995n],
    ['safe integers whose sum is not', aggregate.sum([9_007_199_254_740_991, 2]), 9_007_199_254_740_993n],
    ['integers that come back below 2^53', aggregate.sum([9_007_199_254_740_993n, -2]), 9_007_199_254_740_991],
    ['integers and doubles', aggregate.sum([1, 0.5]), 1.5],
    ['no smallest', aggregate.min([]), undefined],
    ['the smallest', aggregate.min([3, 2.5, 9_007_199_254_740_993n]), 2.5],
    ['the largest', aggregate.max([3, 9_007_199_254_740_993n, 2.5]), 9_007_199_254_740_993n],
    ['a mean', aggregate.avg([1, 2]), 1.5],
    ['no mean', aggregate.avg([]), undefined],
    ['different values', aggregate.distinct(['a', 1, '1', 1, true, 'a']), 4],
    ['text and its bytes', aggregate.distinct(['a', new TextEncoder().encode('a')]), 1],
    ['the most frequent', aggregate.max_count(['a', 'b', 'a']), 2],
    ['no most frequent', aggregate.max_count([]), 0],
  ])('%s', (_sentence, found, expected) => {
    expect(found).toBe(expected);
  });

  it('do not depend on the order of the values', () => {
    const shuffled = fc
      .array(number, { maxLength: 12 })
      .chain((values) => fc.shuffledSubarray(values, { minLength: values.length }).map((other) => [values, other] as const));
    fc.assert(
      fc.property(
        shuffled,
        fc.constantFrom(...RELATIVES_FUNCTIONS.map(({ name }) => name).filter(isAggregate)),
        ([values, other], name) => {
          const [a, b] = [aggregate[name](values), aggregate[name](other)];
          expect(Number.isNaN(a) ? Number.isNaN(b) : luaEquals(a, b)).toBe(true);
        },
      ),
    );
  });

  it('share a key exactly when == calls two values equal', () => {
    const value: fc.Arbitrary<Value> = fc.oneof(
      number,
      fc.boolean(),
      fc.constantFrom<Value>('a', 'é', '', 'ÿ', new TextEncoder().encode('é'), Uint8Array.of(0xff), 2 ** 53, 2n ** 53n),
    );
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(new Set([valueKey(a)]).has(valueKey(b))).toBe(luaEquals(a, b));
      }),
      { numRuns: 500 },
    );
  });
});
