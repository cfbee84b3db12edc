import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { describePair } from '../../../../../../test/fixtures/dsl/compare-judgements.js';
import { judgedByInterpreter, ruleOf } from '../../../../../../test/fixtures/dsl/judgements.js';
import { arbitraryJoinedRule } from '../../../../../../test/fixtures/dsl/rules/arbitrary-trace-rule.js';
import { arbitraryLargeLinkedTrace, arbitraryLinkedTrace } from '../../../../../../test/fixtures/dsl/traces/arbitrary-linked-trace.js';
import { judgeExpression } from '../../../compile/judge-expression.js';
import type { TraceView } from '../../../trace/span-view.js';
import { evaluationLimit } from '../../evaluation-limit.js';
import { LinkedSpans } from './linked-spans.js';

describe('the graph of causes gives the results of comparing every pair', () => {
  it('on small traces, whose spans link to each other in any way', () => {
    const { questions, matches, misses } = compared(fc.oneof(arbitraryJoinedRule, arbitraryOrderRule), arbitraryLinkedTrace, 800);
    expect({ questions: questions > 100, matches: matches > 100, misses: misses > 100 }).toEqual({
      questions: true,
      matches: true,
      misses: true,
    });
  }, 120_000);

  it('on traces of several blocks of spans', () => {
    const { questions, matches, misses } = compared(arbitraryOrderRule, arbitraryLargeLinkedTrace, 120);
    expect({ questions: questions > 60, matches: matches > 20, misses: misses > 20 }).toEqual({
      questions: true,
      matches: true,
      misses: true,
    });
  }, 240_000);
});

const order = fc.constantFrom('span.before(x)', 'x.before(span)', 'span.before(x, 3)', 'x.before(span, 0 - 2)', 'x.parent.before(span)');
const other = fc.constantFrom(
  '',
  ' and span.attributes["k"] == x.attributes["k"]',
  ' and span.duration > x.duration',
  ' and x.start_time - span.start_time < 30',
  ' and span.name ~= x.name',
  ' and x.before(span, 9)',
);

/** Questions with one answer for nearly all spans of a large trace, so that a wrong answer for one shows. */
const arbitraryOrderRule: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(order, other, other).map(([a, b, c]) => `trace.has(x where x.name ~= "c" and not trace.has(${a}${b}${c}))`),
  fc
    .tuple(order, other, fc.constantFrom('<', '>=', '=='), fc.nat(300), fc.nat(60))
    .map(([a, b, operator, limit, max]) => `trace.count(x where trace.count(${a}${b}) ${operator} ${limit}) > ${max}`),
  fc
    .tuple(
      fc.constantFrom('before', 'follows', 'preceded', 'never_after'),
      other,
      fc.constantFrom('', ', 3', ', 40, 2'),
      fc.constantFrom('x.name == "a"', 'x.duration > 4'),
    )
    .map(([relation, test, given, first]) => {
      const within = relation === 'follows' || relation === 'preceded' ? given : given.slice(0, 3);
      return `trace.${relation}(x where ${first}, span.name ~= "c"${test}${within})`;
    }),
);

function compared(rules: fc.Arbitrary<string>, traces: fc.Arbitrary<TraceView>, numRuns: number) {
  const before = LinkedSpans.questions;
  let [judged, matches] = [0, 0];
  fc.assert(
    fc.property(rules, traces, (text, trace) => {
      const rule = ruleOf(text);
      if (rule === undefined) return;
      const expected = JSON.stringify(judgedByInterpreter(rule, trace));
      const found = JSON.stringify(judgeExpression(rule, evaluationLimit(rule.resolved, 60_000))(trace));
      if (found !== expected) throw new Error(describePair(text, trace, 'linked', found, expected));
      judged++;
      if (JSON.parse(expected).matches.length > 0) matches++;
    }),
    { numRuns },
  );
  return { questions: LinkedSpans.questions - before, matches, misses: judged - matches };
}
