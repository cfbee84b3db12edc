import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ruleOf } from '../../../../test/fixtures/dsl/judgements.js';
import { arbitraryRelatedTrace, arbitrarySpansRule } from '../../../../test/fixtures/dsl/rules/arbitrary-trace-rule.js';
import { NotedSpans } from '../../../../test/fixtures/dsl/traces/noted-spans.js';
import type { BufferedNeeds, CompiledRuleSet, EvaluationResult } from '../contract/compiled-rule-set.js';
import type { TraceView } from '../trace/span-view.js';
import { compileRules } from './compile-rules.js';

describe('the needs of a rule judged at close', () => {
  it.each([
    ['both sides of an order', 'trace.before(span.name == "a", span.name == "b")', ['span.name == "a"', 'span.name == "b"']],
    ['the first side where the second is missed', 'not trace.follows(span.name == "a", span.name == "b")', ['span.name == "a"']],
    ['nothing, where what is missed matches', 'not trace.before(span.name == "a", span.name == "b")', []],
    ['nothing, where nothing is counted', 'trace.sum(span.duration, span.name == "a") < 5', []],
    ['what is summed', 'trace.sum(span.duration, span.name == "a") > 5', ['span.name == "a"']],
    ['nothing, where no value is an error', 'trace.max(span.duration, span.name == "a") > 5', []],
    [
      'what both alternatives need',
      'trace.depth > 3 and trace.has(span.name == "a") or trace.depth > 5 and trace.has(span.name == "a")',
      ['span.name == "a"'],
    ],
    [
      'the subject, and what it is asked for',
      'span.name == "a" and span.parent.name == "b" and trace.has(span.name == "c")',
      ['span.name == "a"'],
    ],
    ['the subject behind what cannot fail', 'trace.depth > 3 and span.name == "a"', ['span.name == "a"']],
    [
      'what of a test asks the span alone',
      'trace.depth > 3 and trace.has(a where a.name == "a" and a.parent.name == "b")',
      ['a.name == "a"'],
    ],
    ['nothing behind what may fail', 'trace.before(span.name == "a", span.name == "b", tonumber("x")) and trace.has(span.name == "c")', []],
  ] as const)('is %s', (_sentence, text, needed) => {
    const compiled = compile(text);
    expect(
      needsOf(compiled)
        .needed.map((condition) => compiled.conditions[condition]!.text)
        .sort(),
    ).toEqual([...needed].sort());
  });

  it.each([
    ['a join', 'trace.max_count(span.attributes["id"], span.name == "a") > 1', false],
    ['a parent and its child', 'trace.child(span.name == "a", span.name == "b")', false],
    ['order, which the spans between may decide', 'trace.before(span.name == "a", span.name == "b")', true],
    ['a total', 'trace.count(span.name == "a") == trace.span_count and trace.depth > 1', true],
    ['a subject without known facts', 'span.parent.name == "a"', true],
  ] as const)('includes every span, or not: %s', (_sentence, text, everySpan) => {
    expect(needsOf(compile(text)).everySpan).toBe(everySpan);
  });
});

it('tests at arrival and dropped spans do not change a verdict, and a rule is false without the spans that it needs', () => {
  let [judged, spared, thinned] = [0, 0, 0];
  fc.assert(
    fc.property(arbitrarySpansRule, arbitraryRelatedTrace, (text, trace) => {
      const checked = ruleOf(text);
      if (checked === undefined) return;
      const compiled = compileRules([{ id: 'rule', checked }]);
      const [rule] = compiled.rules;
      if (rule!.needs !== 'columns') return;
      judged++;
      const needs = needsOf(compiled);
      const expected = rule!.judge!(trace);
      const held = new NotedSpans(compiled, trace.spans);
      expect({ text, ...rule!.judge!(trace, held) }).toEqual({ text, ...expected });
      if (needs.needed.some((condition) => held.holds(condition).length + held.fails(condition).length === 0)) {
        expect({ text, ...expected }).toEqual({ text, matches: [], errors: [] });
        spared++;
      }
      if (needs.everySpan) return;
      const kept = trace.spans.filter((span, i) => span.isRoot || held.concerns(needs, i));
      if (kept.length < trace.spans.length) thinned++;
      const less: TraceView = { ...trace, spans: kept };
      const found = rule!.judge!(less, new NotedSpans(compiled, kept));
      expect({ text, matches: namesOf(found, less) }).toEqual({ text, matches: namesOf(expected, trace) });
      expect({ text, errors: textsOf(found) }).toEqual({ text, errors: textsOf(expected) });
    }),
    { numRuns: 6_000 },
  );
  expect(judged).toBeGreaterThan(1_000);
  expect(spared).toBeGreaterThan(100);
  expect(thinned).toBeGreaterThan(20);
});

function compile(text: string): CompiledRuleSet {
  return compileRules([{ id: 'rule', checked: ruleOf(text)! }]);
}

function needsOf(compiled: CompiledRuleSet): BufferedNeeds {
  return compiled.rules[0]!.buffered!;
}

function namesOf({ matches }: EvaluationResult, { spans }: TraceView): readonly string[] {
  return matches.map((index) => (index < 0 ? 'trace' : spans[index]!.id));
}

function textsOf({ errors }: EvaluationResult): readonly string[] {
  return errors.map(({ message }) => message);
}
