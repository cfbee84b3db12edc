import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judgedByInterpreter, ruleOf } from '../../../../test/fixtures/dsl/judgements.js';
import { arbitraryMixedRule, arbitraryTraceRule } from '../../../../test/fixtures/dsl/rules/arbitrary-rule.js';
import {
  arbitraryJoinedRule,
  arbitraryRelatedTrace,
  arbitrarySpansRule,
} from '../../../../test/fixtures/dsl/rules/arbitrary-trace-rule.js';
import { canFailAtAll } from '../compile/compile-rule.js';
import { isLasting } from './lasting.js';

describe('a rule whose matches last', () => {
  it.each([
    'trace.has(a where a.name == "a" and trace.has(b where b.name == "b" and b.start_time > a.start_time))',
    'trace.has(a where a.name == "a" and trace.count(span.name == a.name) > 3)',
    'not trace.all(span.name == "a") or trace.has(span.attributes.n >= 0)',
    'span.name == "a" and trace.has(span.attributes.n == 1) and not trace.all(span.name == "a")',
    'not (trace.count(span.name == "a") <= 2) and trace.has(span.links)',
    '2 * trace.count(span.name == "a") > 5 or trace.duration >= 1s',
  ])('%s', (text) => {
    expect(isLasting(ruleOf(text)!.resolved, canFailAtAll)).toBe(true);
  });

  it.each([
    'not trace.follows(span.name == "a", span.name == "b")',
    'trace.follows(span.name == "a", span.name == "b")',
    'trace.before(span.name == "a", span.name == "b")',
    'not trace.never_after(span.name == "a", span.name == "b")',
    'trace.sum(span.duration) < 5',
    'trace.sum(span.attributes.n) > 5',
    'trace.max(span.duration) > 5',
    'trace.has(a where a.name == "a" and not trace.has(span.name == "b" and span.attributes.n == a.attributes.n))',
    'trace.has(span.duration * 2 > trace.duration)',
    'span.name == "a" and not span.children.has(span.name == "b")',
    'span.name == "a" and span.children.has(span.name == "b")',
    'span.name == "a" and not span.parent',
    'trace.root.name == "a"',
    'trace.spans[1].name == "a"',
    'trace.depth > 3',
    '#trace.services > 1',
    'trace.count(a where trace.count(span.name == a.name) == 1) > 0',
    // A further span makes the left side reach the comparison, which fails without `n`.
    'not (trace.all(span.name == "a") or span.attributes.n >= 0) or span.name == "a"',
    'span.name == "a" and not (not (trace.all(span.name == "a") or span.attributes.n >= 0) and span.name == "b")',
    'trace.count(a where trace.has(span.name == a.name and span.id ~= a.id)) ~= 2',
    'trace.count(a where trace.has(span.name == a.name and span.id ~= a.id)) < 2',
  ])('is not: %s', (text) => {
    expect(isLasting(ruleOf(text)!.resolved, canFailAtAll)).toBe(false);
  });

  it('keeps matching when spans are added', () => {
    let matches = 0;
    fc.assert(
      fc.property(
        fc.oneof(arbitraryMixedRule, arbitraryTraceRule, arbitraryJoinedRule, arbitrarySpansRule),
        arbitraryRelatedTrace,
        fc.infiniteStream(fc.boolean()),
        (text, trace, kept) => {
          const rule = ruleOf(text);
          if (rule === undefined || !isLasting(rule.resolved, canFailAtAll)) return;
          const spans = trace.spans.filter(() => kept.next().value);
          const known = judgedByInterpreter(rule, { ...trace, spans }).matches.map((subject) => spans[subject]);
          const all = judgedByInterpreter(rule, trace).matches.map((subject) => trace.spans[subject]);
          matches += known.length;
          for (const subject of known) expect(all).toContain(subject);
        },
      ),
      { numRuns: 10_000 },
    );
    expect(matches).toBeGreaterThan(500);
  }, 120_000);
});
