import { describe, expect, it } from '@jest/globals';
import { ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { A_SPAN, requestOf } from '../../../../test/fixtures/engine/test-span.js';
import { RuleSet } from '../rules/rule-set.js';
import { DEFAULT_ASSEMBLY } from '../settings.js';
import { explainTrace } from './explain-trace.js';
import { judgeTrace } from './judge-trace.js';

const spans = [
  A_SPAN,
  { ...A_SPAN, span: 2, parent: 1, name: 'b', duration: 3 },
  { ...A_SPAN, span: 3, parent: 1, name: 'c', error: true },
];

function judged(expression: string, requests = [requestOf(spans)]): ReturnType<typeof judgeTrace>[number] {
  const rules = RuleSet.compile(1, [ruleOf('r', expression)]);
  expect(rules.problems).toEqual([]);
  return judgeTrace(rules, requests)[0]!;
}

describe('judgeTrace', () => {
  it.each([
    ['a span rule', 'span.duration > 5', ['0000000000000001', '0000000000000003']],
    ['a rule over bits', 'trace.has(span.name == "b") and trace.has(span.status == "error")', ['0000000000000002']],
    ['an absence', 'trace.has(span.name == "b") and not trace.has(span.name == "audit")', ['0000000000000002']],
    ['a mixed rule', 'span.name == "c" and not trace.has(span.name == "audit")', ['0000000000000003']],
    ['a rule over columns', 'span.duration * 2 > trace.duration and span.name != "c"', ['0000000000000001']],
    ['a script', 'return #trace.spans == 3', ['0000000000000001']],
  ])('matches %s and names its subjects', (_sentence, expression, subjects) => {
    const { matches, violations, explanation, errors } = judged(expression);
    expect(matches).toBe(true);
    expect(violations.map(({ spanId }) => spanId)).toEqual(subjects);
    expect(explanation).toEqual(violations[0]!.explanation);
    expect(errors).toEqual([]);
  });

  it.each([
    ['a span rule', 'span.duration > 50'],
    ['a rule over bits', 'trace.has(span.name == "x")'],
    ['a count', 'trace.count(span.name == "b") > 1'],
    ['a mixed rule', 'span.name == "c" and not trace.has(span.name == "b")'],
    ['a rule over columns', 'span.duration > trace.duration * 2'],
    ['a script', 'return #trace.spans == 4'],
  ])('explains why %s does not match', (_sentence, expression) => {
    const { matches, violations, explanation } = judged(expression);
    expect([matches, violations]).toEqual([false, []]);
    expect(explanation.summary).not.toBe('');
    expect(explanation.summary).not.toContain('could not be explained');
  });

  it('explains an absence by the span that exists', () => {
    const { explanation } = judged('trace.has(span.name == "a") and not trace.has(span.name == "b")');
    expect(explanation.summary).toContain('span.name == "b"');
  });

  it.each([
    ['two ended forms of one id', [{ ...A_SPAN, span: 2, parent: 1, name: 'b', start: 1001 }], 3],
    ['a client and a server span of one id', [{ ...A_SPAN, span: 2, parent: 1, name: 'b', client: true }], 3],
    ['a copy', [{ ...A_SPAN, span: 2, parent: 1, name: 'b', duration: 3 }], 2],
    ['a form in progress of a span that ended', [{ ...A_SPAN, span: 2, parent: 1, name: 'b', inProgress: true }], 2],
    ['two forms of a span that never ended', [4, 5].map((n) => ({ ...A_SPAN, span: 9, parent: 1, name: 'b', n, inProgress: true })), 3],
    ['a span of BeTrace', [{ ...A_SPAN, span: 9, parent: 1, name: 'b', own: true }], 2],
  ])('counts %s the same in a violation and in an explanation', (_sentence, more, count) => {
    const all = [...spans, { ...A_SPAN, span: 4, parent: 1, name: 'b' }, ...more];
    const expression = (max: number): string => `trace.count(span.name == "b") > ${max} and not trace.has(attribute.n == 9)`;
    const requests = [requestOf(all.slice(0, 2)), requestOf(all.slice(2))];
    expect([judged(expression(count - 1), requests).matches, judged(expression(count), requests).matches]).toEqual([true, false]);
    for (const max of [count - 1, count]) {
      const rules = RuleSet.compile(1, [ruleOf('r', expression(max))]);
      for (const order of [requests, requests.toReversed()]) {
        const { conditions } = explainTrace(rules, rules.compiled.rules[0]!.index, order, DEFAULT_ASSEMBLY);
        expect(conditions[0]).toMatchObject({ condition: `trace.count(span.name == "b") > ${max}`, value: max < count, matched: count });
      }
    }
  });

  it('reports the errors of evaluations', () => {
    expect(judged('span.attributes.n > 3')).toMatchObject({ matches: false, errors: ['attempt to compare number with nil'] });
  });

  it('judges again when a span is late', () => {
    const rules = RuleSet.compile(1, [ruleOf('r', 'not trace.has(span.name == "b")')]);
    const requests = [requestOf(spans.slice(0, 1)), requestOf(spans.slice(1))];
    expect(judgeTrace(rules, requests, undefined, 5_000)[0]!.matches).toBe(false);
    expect(judgeTrace(rules, requests.slice(0, 1), undefined, 5_000)[0]!.matches).toBe(true);
  });

  it('returns a result for each rule of the set', () => {
    const rules = RuleSet.compile(1, [ruleOf('yes', 'span.name == "a"'), ruleOf('bad', 'span.nam =='), ruleOf('no', 'span.name == "x"')]);
    expect(rules.problems.map(({ ruleId }) => ruleId)).toEqual(['bad']);
    expect(judgeTrace(rules, [requestOf(spans)]).map(({ ruleId, matches }) => [ruleId, matches])).toEqual([
      ['yes', true],
      ['no', false],
    ]);
  });
});
