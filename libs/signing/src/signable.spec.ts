import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from './canonical-json.js';
import { keyRing } from './keys.js';
import { signViolation } from './sign-violation.js';
import { signable } from './signable.js';
import { verifyViolation } from './verify-violation.js';

const keys = keyRing({ key: 'changeme', development: true });

/** Possible contents of a verdict: text in any UTF-16, any number, names of Object.prototype. */
const NAMES = [...Object.getOwnPropertyNames(Object.prototype), '', '\ud800', '\ude00x'];
const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\ud83d', 'a\ude00', '\u0000', '\ud83d\ude00', ''));
const anyValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    anyText,
    fc.double(),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, undefined, null, true, 2n ** 63n),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(fc.oneof(anyText, fc.constantFrom(...NAMES)), tie('value')), { maxLength: 4 }).map(Object.fromEntries),
  ),
})).value;

describe('signable', () => {
  it('gives every value a canonical form that reads back as the same value', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const form = canonicalJson({ value: signable(value) });
        expect(form.isWellFormed()).toBe(true);
        expect(canonicalJson(JSON.parse(JSON.stringify({ value: signable(value) })))).toBe(form);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is signed so that it verifies after JSON', () => {
    fc.assert(
      fc.property(anyValue, (explanation) => {
        const signed = signViolation(signable({ id: 'viol-1', explanation }), keys);
        expect(verifyViolation(JSON.parse(JSON.stringify(signed)), keys)).toMatchObject({ valid: true });
      }),
    );
  });

  it('visits each member once, however deep the change is', () => {
    let looks = 0;
    let value: unknown = Number.NaN;
    for (let depth = 0; depth < 60; depth++) {
      const inner = value;
      const look = (): unknown => {
        looks++;
        return inner;
      };
      const member = { enumerable: true, get: look };
      value = depth % 2 === 0 ? Object.defineProperty({}, 'a', member) : [Object.defineProperty({}, 'a', member)];
    }
    expect(JSON.stringify(signable(value))).toContain('"NaN"');
    expect(looks).toBeLessThan(200);
  });

  it.each([
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
    [Number.NaN, 'NaN'],
    [2n ** 63n - 1n, '9223372036854775807'],
    ['half a pair: \ud83d', 'half a pair: \ufffd'],
    [[undefined], [null]],
    [{ gone: undefined, '\ud800': 1 }, { '\ufffd': 1 }],
    [Object.fromEntries([['__proto__', Number.NaN]]), Object.fromEntries([['__proto__', 'NaN']])],
  ])('writes %p as %p', (value: unknown, expected: unknown) => {
    expect(signable(value)).toEqual(expected);
    expect(JSON.stringify(signable(value))).toBe(JSON.stringify(expected));
  });

  it('leaves canonical values unchanged', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => expect(canonicalJson(signable(value))).toBe(canonicalJson(value))));
  });
});
