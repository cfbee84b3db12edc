import { describe, expect, it } from '@jest/globals';
import { ruleOf } from '../../../test/fixtures/engine/apply-all.js';
import { A_SPAN, requestOf, spanIdOf } from '../../../test/fixtures/engine/test-span.js';
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
    const { tree, ...said } = explanation;
    const { tree: own, ...saidByViolation } = violations[0]!.explanation;
    expect(said).toEqual(saidByViolation);
    expect([tree?.outcome, tree?.range, tree?.kind]).toEqual(['true', own?.range, own?.kind]);
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

  it.each([
    ['trace.has(span.name == "b")', 'b', 9],
    ['trace.all(span.name == "b" or span.name == "a")', 'c', 9],
    ['trace.has(span.name == "b")', 'b', 60],
  ])('shows of %s all spans in its tree, up to fifty: of %s there are %d', (expression, name, count) => {
    const many = Array.from({ length: count }, (_, i) => ({ ...A_SPAN, span: 2 + i, parent: 1, name }));
    const isAll = expression.startsWith('trace.all');
    const { explanation, violations } = judged(isAll ? `not ${expression}` : expression, [requestOf([A_SPAN, ...many])]);
    const part = isAll ? explanation.tree?.children?.[0] : explanation.tree;
    // Those that satisfy it are counted, those that make it so are named.
    expect(part).toMatchObject({ count: isAll ? 1 : count, of: count + 1 });
    expect(part?.witnesses).toEqual(many.slice(0, 50).map(({ span }) => spanIdOf(span)));
    // The violation has bits: that there is one, and which came first.
    expect(violations[0]!.explanation.conditions[0]!.witnesses).toHaveLength(1);
  });

  it('explains the trace that violates, of several', () => {
    const others = [
      { ...A_SPAN, trace: 2 },
      { ...A_SPAN, trace: 2, span: 2, parent: 1, name: 'b' },
    ];
    const { explanation, violations } = judged('trace.has(span.name == "b")', [requestOf([A_SPAN, ...others])]);
    expect(violations).toHaveLength(1);
    expect(explanation.tree).toMatchObject({ outcome: 'true', count: 1, of: 2 });
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
