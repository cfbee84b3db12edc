import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RuleDefinition } from '#records';
import { applyAll, engineOf, ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { arbitraryLog, SMALL_SETTINGS } from '../../../../test/fixtures/engine/arbitrary-log.js';
import { MODEL_RULES } from '../../../../test/fixtures/engine/model-rules.js';
import { STRICT_RULES } from '../../../../test/fixtures/engine/strict-rules.js';
import { A_SPAN, spanIdOf, type TestRecord, type TestSpan } from '../../../../test/fixtures/engine/test-span.js';
import type { Verdict } from '../verdict/verdict.js';

const SETTINGS = { rootGrace: 20, idleTimeout: 100, maxAge: 300, lateWindow: 200, maxSpans: 50, memoryBudget: 1e9 };
const CLOSE = { time: 50 };

const span = (n: number, more: Partial<TestSpan> = {}): TestSpan => ({
  ...A_SPAN,
  span: n,
  parent: n === 1 ? 0 : 1,
  start: 1000 + n,
  ...more,
});
/** A root, and two spans with texts in place of numbers. */
const TRACE = [span(1, { name: 'root' }), span(3, { nText: '5000' }), span(2, { nText: '7' })];

function judged(expression: string, onError: 'undecided' | 'violation' | 'no_match', records: readonly TestRecord[]): Verdict[] {
  return applyAll(engineOf([[ruleOf('r', expression, { onError, message: 'n is large' })]], { settings: SETTINGS }), records);
}
const facts = ({ revision, status, before, undecided, spanId }: Verdict): unknown[] => [revision, status, before, undecided?.code, spanId];
const COMPARED = 'span.attributes.n is "7", which could not be compared or computed with: attempt to compare number with string';
const KINDS: readonly (readonly [string, string])[] = [
  ['over the trace', 'trace.has(span.attributes.n > 1000)'],
  ['about a span in its trace', 'span.attributes.n > 1000 and not trace.has(span.name == "audit")'],
  ['judged on columns', 'trace.child(span.name == "root", span.attributes.n > 1000)'],
];
const SCRIPT = 'for _, s in ipairs(trace.spans) do if s.name ~= "root" and s.attributes.n > 1000 then return true end end return false';

describe('a value of another type', () => {
  it.each([['about a span alone', 'span.attributes.n > 1000'] as const, ...KINDS])(
    'makes the rule undecided if its setting says so, once per trace, with the value: a rule %s',
    (_kind, rule) => {
      const [verdict, ...more] = judged(rule, 'undecided', [{ time: 0, spans: TRACE }, CLOSE]);
      expect(more).toEqual([]);
      expect(facts(verdict!)).toEqual([1, 'undecided', undefined, 'value_type', spanIdOf(2)]);
      expect(verdict!.undecided!.reason).toBe(COMPARED);
      expect(verdict!.message).toBe(`r could not be judged: ${COMPARED}`);
      expect(judged(rule, 'no_match', [{ time: 0, spans: TRACE }, CLOSE])).toEqual([]);
    },
  );

  it.each(KINDS)(
    'is a violation if the setting says so, whose message names the value and not a finding of the rule: a rule %s',
    (_kind, rule) => {
      const [verdict, ...more] = judged(rule, 'violation', [{ time: 0, spans: TRACE }, CLOSE]);
      expect(more).toEqual([]);
      expect(facts(verdict!)).toEqual([1, 'open', undefined, undefined, spanIdOf(2)]);
      expect([verdict!.message, verdict!.explanation.summary]).toEqual([`r: ${COMPARED}`, COMPARED]);
    },
  );

  it.each(KINDS)('is explained by the failed comparison, with its place, its span and the value: a rule %s', (_kind, rule) => {
    for (const onError of ['violation', 'undecided'] as const) {
      const [{ explanation } = { explanation: undefined }] = judged(rule, onError, [{ time: 0, spans: TRACE }, CLOSE]);
      const { tree } = explanation!;
      expect(tree).toMatchObject({ outcome: onError === 'violation' ? 'failed' : 'undecided', sentence: COMPARED });
      const path = [tree!];
      for (let node = tree!.children?.[0]; node !== undefined; node = node.children?.[0]) path.push(node);
      const failed = path.at(-1)!;
      expect(rule.slice(failed.range.start, failed.range.end)).toBe('span.attributes.n > 1000');
      expect(failed).toMatchObject({
        kind: 'comparison',
        outcome: 'failed',
        values: { 'span.attributes.n': '"7"' },
        span: spanIdOf(2),
        error: 'attempt to compare number with string',
      });
      expect(path.slice(1, -1).every(({ outcome }) => outcome === 'failed')).toBe(true);
    }
  });

  it('is attributed to no comparison if several may have failed', () => {
    const rule = 'trace.root.attributes.n > 1000 and #trace.services > 0';
    const [verdict] = judged(rule, 'violation', [{ time: 0, spans: [span(1, { name: 'root', nText: 'x' })] }, CLOSE]);
    expect(verdict!.explanation.tree).toMatchObject({ outcome: 'failed', range: { start: 0, end: rule.length } });
    const [script] = judged(SCRIPT, 'violation', [{ time: 0, spans: TRACE }, CLOSE]);
    expect(script!.explanation.tree).toMatchObject({ kind: 'script', outcome: 'failed', range: { start: 0, end: SCRIPT.length } });
  });

  it('is a violation of each span at once, if the rule reads only the span', () => {
    const verdicts = judged('span.attributes.n > 1000', 'violation', [{ time: 0, spans: [...TRACE, span(4, { n: 2000 })] }, CLOSE]);
    expect(verdicts.map(({ spanId, closeReason, message }) => [spanId, closeReason, message])).toEqual([
      [spanIdOf(3), 'certain', `r: ${COMPARED.replace('"7"', '"5000"')}`],
      [spanIdOf(2), 'certain', `r: ${COMPARED}`],
      [spanIdOf(4), 'certain', 'n is large'],
    ]);
    expect(new Set(verdicts.map(({ id }) => id)).size).toBe(3);
  });

  it.each(['undecided', 'violation'] as const)('in a script, and where the whole judgement fails: %s', (onError) => {
    for (const rule of [SCRIPT, 'trace.root.attributes.n > 1000 and #trace.services > 0']) {
      const spans = rule === SCRIPT ? TRACE : [span(1, { name: 'root', nText: 'x' })];
      const verdicts = judged(rule, onError, [{ time: 0, spans }, CLOSE]);
      expect(verdicts.map(({ status }) => status)).toEqual([onError === 'undecided' ? 'undecided' : 'open']);
      expect(verdicts[0]!.explanation.summary).toContain('could not be compared or computed with: ');
    }
  });

  it('does not include values that are only compared next to it', () => {
    const [verdict] = judged('trace.has(span.name == "a" and span.attributes.n > 1000)', 'undecided', [{ time: 0, spans: TRACE }, CLOSE]);
    expect(verdict!.undecided!.reason).toBe(COMPARED);
  });

  it('does not exist if the value is missing, or the rule checks its type', () => {
    const missing = [span(1), span(2, { n: 5 })];
    for (const [, rule] of [...KINDS, ['', 'span.attributes.n > 1000'], ['', SCRIPT]] as const)
      for (const onError of ['undecided', 'violation'] as const) {
        expect(judged(rule, onError, [{ time: 0, spans: missing }, CLOSE])).toEqual([]);
      }
    const guarded = 'type(span.attributes.n) == "number" and span.attributes.n > 1000';
    expect(judged(guarded, 'violation', [{ time: 0, spans: TRACE }, CLOSE])).toEqual([]);
  });

  it('is replaced by a match of the rule, also by a late span', () => {
    const found = [...TRACE, span(4, { n: 2000 })];
    expect(judged(KINDS[0]![1], 'undecided', [{ time: 0, spans: found }, CLOSE]).map(({ status }) => status)).toEqual(['open']);
    const late = [{ time: 0, spans: TRACE }, CLOSE, { time: 60, spans: [span(4, { n: 2000 })] }];
    for (const onError of ['undecided', 'violation'] as const) {
      const before = onError === 'undecided' ? 'undecided' : 'open';
      const verdicts = judged(KINDS[0]![1], onError, late);
      expect(verdicts.map((verdict) => facts(verdict).slice(0, 3))).toEqual([
        [1, before, undefined],
        [2, 'open', before],
      ]);
      expect(verdicts[1]!.message).toBe('n is large');
      expect(verdicts[1]!.id).toBe(verdicts[0]!.id);
    }
  });

  it('is retracted when a late span decides the verdict without it', () => {
    const rule = 'local r = trace.root; return r and r.attributes.n > 5';
    const late = [
      { time: 0, spans: [span(3, { parent: 0, start: 1500, nText: 'x' })] },
      CLOSE,
      { time: 60, spans: [span(1, { start: 1000, n: 1 })] },
    ];
    for (const onError of ['undecided', 'violation'] as const) {
      const verdicts = judged(rule, onError, late);
      const first = onError === 'undecided' ? 'undecided' : 'open';
      expect(verdicts.map(({ status, before }) => [status, before])).toEqual([
        [first, undefined],
        ['retracted', first],
      ]);
    }
  });

  it('does not affect a rule that was certain not to match before its trace closed', () => {
    const rule = 'trace.count(span.attributes.n > 4) < 2 and trace.has(span.attributes.n > 90)';
    const spans = [...TRACE, span(4, { n: 5 }), span(5, { n: 5 })];
    const late = [{ time: 0, spans }, CLOSE, { time: 60, spans: [span(6)] }];
    const verdicts = judged(rule, 'undecided', late);
    expect(verdicts).toEqual([]);
  });

  it('is reported for a span that never ended, when its trace is forgotten', () => {
    const records = [{ time: 0, spans: [span(1), span(2, { nText: '7', inProgress: true })] }, CLOSE, { time: 10_000 }];
    for (const [rule, onError] of [
      [KINDS[0]![1], 'undecided'],
      [KINDS[0]![1], 'violation'],
      ['span.attributes.n > 1000', 'violation'],
    ] as const) {
      const verdicts = judged(rule, onError, records);
      expect(verdicts.map(({ status, spanId }) => [status, spanId])).toEqual([
        [onError === 'undecided' ? 'undecided' : 'open', spanIdOf(2)],
      ]);
    }
  });

  it('is limited in number', () => {
    const records = Array.from({ length: 200 }, (_, n) => ({ time: 600_000 + n, spans: [span(1, { trace: n + 1, nText: 'x' })] }));
    const verdicts = judged('span.attributes.n > 1000', 'undecided', [...records, { time: 700_000 }]);
    expect(verdicts.filter(({ undecided }) => undecided!.code === 'value_type')).toHaveLength(10);
    expect(verdicts.at(-1)).toMatchObject({ undecided: { code: 'too_many' }, metadata: { undecided: 190 } });
  });

  it('keeps nothing when its trace is forgotten', () => {
    const engine = engineOf([STRICT_RULES], { settings: SETTINGS });
    applyAll(engine, [{ time: 0, spans: TRACE }, { time: 1_000 }, { time: 100_000 }]);
    expect(engine.memory).toBe(0);
  });

  it('does not change the verdicts of other rules, across epochs', () => {
    const others = MODEL_RULES.map(({ definition }) => definition);
    const lenient = STRICT_RULES.filter((_, n) => n % 2 === 0).map((rule) => ({ ...rule, onError: 'no_match' as const }));
    const strict = lenient.map((rule, n) => ({ ...rule, onError: n % 2 === 0 ? ('undecided' as const) : ('violation' as const) }));
    const ids = new Set(others.map(({ id }) => id));
    fc.assert(
      fc.property(arbitraryLog(SMALL_SETTINGS, 2), (log) => {
        const run = (rules: readonly RuleDefinition[]): Verdict[] => {
          const all = [...others, ...rules];
          return applyAll(engineOf([all, all.slice(1)]), log);
        };
        const [without, withErrors] = [run(lenient), run(strict)];
        const ofOthers = (verdicts: readonly Verdict[]): Verdict[] => verdicts.filter(({ ruleId }) => ids.has(ruleId));
        expect(ofOthers(withErrors)).toEqual(ofOthers(without));
        // Their matches are violations, with any `onError` setting.
        const found = (verdicts: readonly Verdict[]): Set<string> =>
          new Set(verdicts.filter(({ status, ruleId }) => status === 'open' && !ids.has(ruleId)).map(({ id }) => id));
        expect([...found(without)].filter((id) => !found(withErrors).has(id))).toEqual([]);
      }),
      { numRuns: 20 },
    );
  }, 120_000);
});

describe('a value of another type in one part of a rule', () => {
  const a = span(1, { name: 'a' });
  const text = span(2, { name: 'b', nText: '7' });
  const said = (rule: string, spans: readonly TestSpan[], onError: 'undecided' | 'violation' = 'undecided'): string[] => [
    ...new Map(judged(rule, onError, [{ time: 0, spans }, CLOSE]).map(({ id, status }) => [id, status])).values(),
  ];

  it.each([
    ['trace.has(span.attributes.n > 5) and trace.has(span.name == "c")', []],
    ['trace.has(span.name == "c") and trace.has(span.attributes.n > 5)', []],
    ['trace.has(span.attributes.n > 5) and trace.has(span.name == "a")', ['undecided']],
    ['trace.has(span.attributes.n > 5) or trace.has(span.name == "a")', ['open']],
    ['trace.has(span.attributes.n > 5) or trace.has(span.name == "c")', ['undecided']],
    ['not trace.has(span.attributes.n > 5)', ['open']],
    ['not trace.has(span.attributes.n > 5) and trace.has(span.name == "c")', []],
    ['trace.count(span.attributes.n > 5) > 1', []],
    ['trace.count(span.attributes.n > 5) > 0', ['undecided']],
    ['trace.all(span.name == "a" or span.attributes.n > 5)', ['undecided']],
    ['span.attributes.n > 5 and not trace.has(span.name == "a")', []],
    ['span.attributes.n > 5 and not trace.has(span.name == "c")', ['undecided']],
    ['span.attributes.n > 5 and trace.depth > 5', []],
    ['span.attributes.n > 5 and trace.depth > 1', ['undecided']],
    ['trace.child(span.name == "a", span.attributes.n > 5)', ['undecided']],
    ['trace.child(span.name == "c", span.attributes.n > 5)', []],
    ['not trace.child(span.name == "a", span.attributes.n > 5)', ['open']],
    ['trace.never_after(span.name == "a", span.attributes.n > 5)', ['open']],
    ['trace.follows(span.attributes.n > 5, span.name == "c") and trace.has(span.name == "b")', ['open']],
    ['trace.has(x where x.name == "b" and trace.has(y where y.name == "a" and x.attributes.n > y.duration))', ['undecided']],
    ['trace.has(x where x.name == "b" and trace.has(y where y.name == "c" and x.attributes.n > y.duration))', []],
    ['trace.count(x where x.name == "a" and trace.has(y where y.attributes.n > x.duration)) > 0', ['undecided']],
    ['span.name == "a" and trace.has(y where y.attributes.n > span.duration)', ['undecided']],
    ['span.name == "a" and span.children.has(span.attributes.n > 5)', ['undecided']],
    ['(trace.sum(span.attributes.n, span.name == "b") or 0) > 5', ['undecided']],
    ['(trace.sum(span.attributes.n, span.name == "b") or 0) > 5 and trace.has(span.name == "c")', []],
    ['trace.has(span.name == "c") and (trace.sum(span.attributes.n, span.name == "b") or 0) > 5', []],
    ['(trace.sum(span.attributes.n, span.name == "b") or 0) > 5 and trace.has(span.name == "a")', ['undecided']],
    ['trace.has(span.name == "a") and (trace.sum(span.attributes.n, span.name == "b") or 0) > 5', ['undecided']],
    ['(trace.sum(span.attributes.n, span.name == "b") or 0) > 5 or trace.has(span.name == "a")', ['open']],
    ['trace.has(span.name == "a") or (trace.sum(span.attributes.n, span.name == "b") or 0) > 5', ['open']],
  ])('counts only if it could change the result: %s', (rule, expected) => {
    expect(said(rule, [a, text])).toEqual(expected);
    expect(said(rule, [a, text], 'violation')).toEqual(expected.map(() => 'open'));
    // A missing value is not a type failure.
    expect(said(rule, [a, span(2, { name: 'b' })]).includes('undecided')).toBe(false);
  });

  it('counts among as many spans as an index serves', () => {
    const many = Array.from({ length: 45 }, (_, n) => span(n + 3, { name: 'b', n: 1 }));
    const rule = 'trace.has(x where x.name == "a" and trace.has(y where y.name == "b" and y.attributes.n > x.duration))';
    expect(said(rule, [a, ...many])).toEqual([]);
    expect(said(rule, [a, ...many, text])).toEqual(['undecided']);
  });

  it('loses or regains its effect by a late span', () => {
    const rule = 'span.attributes.n > 5 and not trace.has(span.name == "audit")';
    const late = [{ time: 0, spans: [a, text] }, CLOSE, { time: 60, spans: [span(9, { name: 'audit' })] }];
    for (const onError of ['undecided', 'violation'] as const) {
      const first = onError === 'undecided' ? 'undecided' : 'open';
      expect(judged(rule, onError, late).map(({ status, before }) => [status, before])).toEqual([
        [first, undefined],
        ['retracted', first],
      ]);
    }
    const both = 'trace.has(span.attributes.n > 5) and trace.has(span.name == "audit")';
    expect(judged(both, 'undecided', late).map(({ status }) => status)).toEqual(['undecided']);
  });
});
