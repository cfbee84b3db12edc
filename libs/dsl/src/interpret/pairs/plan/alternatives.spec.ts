import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { describePair } from '../../../../../../test/fixtures/dsl/compare-judgements.js';
import { judgedByInterpreter, ruleOf } from '../../../../../../test/fixtures/dsl/judgements.js';
import { arbitraryOftenScannedTrace } from '../../../../../../test/fixtures/dsl/traces/arbitrary-often-scanned-trace.js';
import { judgeExpression } from '../../../compile/judge-expression.js';
import { evaluationLimit } from '../../evaluation-limit.js';
import { JoinedSpans } from '../joined/joined-spans.js';
import { alternativesOf } from './alternatives.js';

/** Comparisons of a span with an outer one, some of which fail on a value of another type. */
const COMPARISONS = [
  'span.start_time > x.end_time + 3',
  'span.end_time < x.start_time - 3',
  'span.duration > x.duration',
  'span.attributes.k == x.attributes.k',
  'span.attributes.n > x.attributes.n',
  'x.attributes.k < span.attributes.k',
  'span.before(x)',
  'x.before(span)',
  'span.name ~= x.name',
  'span.duration < x.duration and span.start_time >= x.start_time',
  'span.name == "a"',
];

const rules: fc.Arbitrary<string> = fc
  .record({
    ways: fc.array(fc.constantFrom(...COMPARISONS), { minLength: 2, maxLength: 3 }),
    beside: fc.constantFrom(
      '',
      'span.name == "a" and ',
      'span.attributes.k == x.attributes.k and ',
      'span.start_time >= x.start_time and ',
    ),
    asked: fc.constantFrom('trace.has(…)', 'not trace.has(…)', 'trace.count(…) > 2', 'trace.count(…) == 1', 'trace.count(…) < 7'),
    limit: fc.constantFrom('> 0', '> 3', '== 2', '< 9'),
  })
  .map(({ ways, beside, asked, limit }) => `trace.count(x where ${asked.replace('…', `${beside}(${ways.join(' or ')})`)}) ${limit}`);

it('alternatives find the spans that comparing every pair finds', () => {
  const before = JoinedSpans.searches;
  let [judged, matches] = [0, 0];
  fc.assert(
    fc.property(rules, arbitraryOftenScannedTrace, (text, trace) => {
      const rule = ruleOf(text);
      // A rule that always or never matches is refused.
      if (rule === undefined) return;
      const expected = JSON.stringify(judgedByInterpreter(rule, trace));
      const found = JSON.stringify(judgeExpression(rule, evaluationLimit(rule.resolved, 10_000))(trace));
      if (found !== expected) throw new Error(describePair(text, trace, 'in ways', found, expected));
      judged++;
      if (JSON.parse(expected).matches.length > 0) matches++;
    }),
    { numRuns: 250 },
  );
  const searches = JoinedSpans.searches - before;
  expect({ judged: judged > 200, matches: matches > 40, searches: searches > 2_000 }).toEqual({
    judged: true,
    matches: true,
    searches: true,
  });
}, 120_000);

it('is certain only if no alternative can fail before another', () => {
  const areCertain = (either: string): boolean | undefined => {
    const { resolved } = ruleOf(`trace.has(x where trace.has(span.name == "a" and (${either})))`)!;
    if (resolved.type !== 'trace-quantifier' || resolved.condition.type !== 'trace-quantifier') throw new Error('no question');
    return alternativesOf(resolved.condition.condition, resolved.condition.depth)?.areCertain;
  };
  expect(areCertain('span.start_time > x.end_time + 3s or span.end_time < x.start_time - 3s')).toBe(true);
  expect(areCertain('span.duration > x.duration or span.attributes.k == x.attributes.k')).toBe(true);
  expect(areCertain('span.attributes.n > x.attributes.n or span.before(x)')).toBe(false);
  expect(areCertain('span.name .. x.name == "ab" or span.before(x)')).toBeUndefined();
});
