import { describe, expect, it } from '@jest/globals';
import { ruleOf } from '../../../test/fixtures/engine/apply-all.js';
import { A_SPAN, requestOf } from '../../../test/fixtures/engine/test-span.js';
import { judgeTrace } from './judge-trace.js';
import { RuleSet } from './rule-set.js';

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

  it('explains an absence by the span that is there', () => {
    const { explanation } = judged('trace.has(span.name == "a") and not trace.has(span.name == "b")');
    expect(explanation.summary).toContain('span.name == "b"');
  });

  it('reports the errors of evaluations', () => {
    expect(judged('span.attributes.n > 3')).toMatchObject({ matches: false, errors: ['attempt to compare number with nil'] });
  });

  it('judges again when a span comes late', () => {
    const rules = RuleSet.compile(1, [ruleOf('r', 'not trace.has(span.name == "b")')]);
    const requests = [requestOf(spans.slice(0, 1)), requestOf(spans.slice(1))];
    expect(judgeTrace(rules, requests, undefined, 5_000)[0]!.matches).toBe(false);
    expect(judgeTrace(rules, requests.slice(0, 1), undefined, 5_000)[0]!.matches).toBe(true);
  });

  it('answers for each rule of the set', () => {
    const rules = RuleSet.compile(1, [ruleOf('yes', 'span.name == "a"'), ruleOf('bad', 'span.nam =='), ruleOf('no', 'span.name == "x"')]);
    expect(rules.problems.map(({ ruleId }) => ruleId)).toEqual(['bad']);
    expect(judgeTrace(rules, [requestOf(spans)]).map(({ ruleId, matches }) => [ruleId, matches])).toEqual([
      ['yes', true],
      ['no', false],
    ]);
  });
});
