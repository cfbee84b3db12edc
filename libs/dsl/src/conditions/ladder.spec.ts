import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { columnsOf } from '../../../../test/fixtures/dsl/traces/plain-columns.js';
import { type PlainSpan, viewOf } from '../../../../test/fixtures/dsl/traces/plain-span.js';
import { check } from '../check/check.js';
import { compileRules } from '../compile/compile-rules.js';
import { judgeCondition } from '../interpret/judge-condition.js';
import type { CheckedExpression } from '../tree/rule.js';
import type { Value } from '../values/value.js';

/** Few literals, so that ladders have steps with several rungs, at and around the values; the last two are doubles beyond 2^53. */
const LITERALS = ['-1', '0', '1', '2', '2.5', '3', '200', '9007199254740991', '1e300', '-1e300'];
const COLUMNS = ['span.duration', 'span.start_time', 'attribute.n', 'span.resource["n"]'];
const OTHERS = [
  'span.kind == "server"',
  'span.name:contains("a")',
  'attribute.n',
  'span.has(attribute.n)',
  'attribute.s > "a"',
  'attribute.n == 2',
  'span.status ~= "ok"',
  'attribute.n + 1 > 3',
];

const boundOn = (columns: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...columns), fc.constantFrom('<', '<=', '>', '>='), fc.constantFrom(...LITERALS), fc.boolean())
    .map(([column, operator, literal, swapped]) => (swapped ? `${literal} ${operator} ${column}` : `${column} ${operator} ${literal}`));

/** A bound, alone or with another condition before it, after it, or both. */
function ruleOn(columns: readonly string[]): fc.Arbitrary<string> {
  const other = fc.oneof(boundOn(columns), fc.constantFrom(...OTHERS));
  const parts = fc.tuple(fc.option(other), boundOn(columns), fc.option(other));
  return parts.map((some) => some.filter((part) => part !== null).join(' and '));
}

/** Enough bounds on one or two columns to form ladders. */
const arbitraryTexts = fc
  .shuffledSubarray(COLUMNS, { minLength: 1, maxLength: 2 })
  .chain((columns) => fc.array(ruleOn(columns), { minLength: 200, maxLength: 300 }));

const arbitraryNumber = fc.constantFrom<Value>(
  ...[undefined, -1, 0, -0, 1, 2, 2.5, 3, 200, 1e300, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53 - 1],
  ...[9_007_199_254_740_993n, -9_007_199_254_740_993n, '2', '', true, ['a'], { a: 1 }, new TextEncoder().encode('3')],
);

const arbitrarySpan: fc.Arbitrary<PlainSpan> = fc
  .tuple(arbitraryNumber, arbitraryNumber, fc.constantFrom(-1, 0, 1, 2, 3, 200, 9_007_199_254_740_993n), fc.constantFrom('a', 'b'))
  .map(([n, resource, duration, s]) => ({
    duration,
    startTime: duration === -1 ? 0 : duration,
    name: s,
    kind: s === 'a' ? 'server' : 'client',
    attributes: n === undefined ? {} : { n, s },
    resource: resource === undefined ? {} : { n: resource },
  }));

it('many bounds on few columns match and fail as in the interpreter, alone and within conditions', () => {
  let [held, failures] = [0, 0];
  fc.assert(
    fc.property(arbitraryTexts, fc.array(arbitrarySpan, { minLength: 1, maxLength: 6 }), (texts, plain) => {
      const rules = texts.flatMap(checkedRule);
      const spans = plain.map(viewOf);
      const compiled = compileRules(rules.map((checked, index) => ({ id: String(index), checked })));
      const [matched, failed] = [new Uint32Array(spans.length * compiled.words), new Uint32Array(spans.length * compiled.words)];
      const columns = columnsOf(spans, compiled.reads);
      compiled.evaluate(columns, 0, spans.length, matched, failed);
      for (const [index, { resolved, text }] of rules.entries()) {
        const condition = compiled.rules[index]!.condition;
        const bit = (bits: Uint32Array, i: number): boolean =>
          ((bits[i * compiled.words + (condition >> 5)]! >>> (condition & 31)) & 1) === 1;
        for (const [i, span] of spans.entries()) {
          const expected = judgeCondition(resolved, span);
          const found = { holds: bit(matched, i), failed: bit(failed, i) };
          expect({ text, i, ...found }).toEqual({ text, i, holds: expected === true, failed: typeof expected === 'string' });
          if (typeof expected === 'string')
            expect({ text, error: compiled.errorOf(condition, columns, i) }).toEqual({ text, error: expected });
          held += Number(found.holds);
          failures += Number(found.failed);
        }
      }
    }),
    // Shrinking hundreds of rules takes minutes.
    { numRuns: 60, endOnFailure: true },
  );
  expect(held).toBeGreaterThan(500);
  expect(failures).toBeGreaterThan(500);
});

function checkedRule(text: string): CheckedExpression[] {
  const result = check(text);
  return result.ok && result.rule.kind === 'expression' ? [result.rule] : [];
}
