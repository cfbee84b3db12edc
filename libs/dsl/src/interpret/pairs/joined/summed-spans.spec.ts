import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { describePair } from '../../../../../../test/fixtures/dsl/compare-judgements.js';
import { judgedByInterpreter, ruleOf } from '../../../../../../test/fixtures/dsl/judgements.js';
import { arbitraryOftenScannedTrace } from '../../../../../../test/fixtures/dsl/traces/arbitrary-often-scanned-trace.js';
import { judgeExpression } from '../../../compile/judge-expression.js';
import { evaluationLimit } from '../../evaluation-limit.js';
import { JoinedSpans } from './joined-spans.js';

const FIELDS = ['span.duration', 'span.attributes.n', 'span.attributes.n + span.duration', 'span.end_time'];
const CONDITIONS = [
  'span.start_time >= X.start_time',
  'span.start_time > X.start_time and span.start_time < X.start_time + 9',
  'span.attributes.k == X.attributes.k and span.start_time >= X.start_time',
  'span.name == "a" and X.before(span)',
  'span.before(X)',
  'span.attributes.n < X.attributes.n',
];

/** Sums over windows and over descendants, compared with numbers that decide between the spans. */
const rules: fc.Arbitrary<string> = fc
  .record({
    name: fc.constantFrom('sum', 'avg'),
    field: fc.constantFrom(...FIELDS),
    condition: fc.constantFrom(...CONDITIONS),
    local: fc.constantFrom('', ', span.name == "a"', ', span.attributes.k == 1'),
    isBelow: fc.boolean(),
    isSubject: fc.boolean(),
    limit: fc.oneof(fc.integer({ min: -20, max: 400 }), fc.constantFrom('9007199254740993', '1.5', '0')),
  })
  .map(({ name, field, condition, local, isBelow, isSubject, limit }) => {
    const over = isSubject ? 'span' : 'x';
    const aggregate = isBelow
      ? `${over}.descendants.${name}(${field}${local})`
      : `trace.${name}(${field}, ${condition.replaceAll('X', 'x')})`;
    const compared = `(${aggregate} or -1) > ${limit}`;
    return isBelow && isSubject
      ? `span.duration >= 0 and ${compared}`
      : `trace.count(x where ${compared}) == ${typeof limit === 'number' ? Math.abs(limit) % 70 : 3}`;
  });

it('sums from trees equal sums over every span', () => {
  const before = JoinedSpans.searches;
  let [judged, matches] = [0, 0];
  fc.assert(
    fc.property(rules, arbitraryOftenScannedTrace, (text, trace) => {
      const rule = ruleOf(text);
      if (rule === undefined) throw new Error(`no rule: ${text}`);
      const expected = JSON.stringify(judgedByInterpreter(rule, trace));
      const found = JSON.stringify(judgeExpression(rule, evaluationLimit(rule.resolved, 10_000))(trace));
      if (found !== expected) throw new Error(describePair(text, trace, 'summed', found, expected));
      judged++;
      if (JSON.parse(expected).matches.length > 0) matches++;
    }),
    { numRuns: 400 },
  );
  const searches = JoinedSpans.searches - before;
  expect({ judged: judged > 300, matches: matches > 40, searches: searches > 2_000 }).toEqual({
    judged: true,
    matches: true,
    searches: true,
  });
}, 120_000);
