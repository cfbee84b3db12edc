import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RuleDefinition } from '#records';
import { applyAll, engineOf, ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { spanRule, traceRule } from '../../../../test/fixtures/engine/arbitrary-rule.js';
import { delivery, WINDOW_SETTINGS } from '../../../../test/fixtures/engine/deliveries.js';
import { A_SPAN, type TestRecord, type TestSpan } from '../../../../test/fixtures/engine/test-span.js';
import { RuleSet } from '../rules/rule-set.js';
import type { Verdict } from '../verdict/verdict.js';

const MAX_SPANS = 3;
const settings = { ...WINDOW_SETTINGS, maxSpans: MAX_SPANS };

const root: TestSpan = { ...A_SPAN, span: 9, name: 'root', start: 900, duration: 1_000 };
const a: TestSpan = { ...A_SPAN, span: 1, parent: 9, name: 'a', n: 1, start: 1_000, duration: 2 };
const b: TestSpan = { ...A_SPAN, span: 2, parent: 1, name: 'b', n: 1, start: 1_100, duration: 2 };
const filler = (n: number): TestSpan => ({ ...A_SPAN, span: 20 + n, parent: 9, name: 'filler', start: 950 + n });

/** Violations that a span `b` retracts. */
const REFUTABLE = [
  ruleOf('order', 'not trace.follows(span.name == "a", span.name == "b")'),
  ruleOf('sum', 'trace.has(span.name == "root") and trace.sum(span.duration, span.name ~= "root" and span.name ~= "filler") < 4'),
  ruleOf('script', 'local n = 0 for _, s in ipairs(trace.spans) do if s.name == "b" then n = n + 1 end end return n == 0'),
  ruleOf('children', 'span.name == "a" and not span.children.has(span.name == "b")'),
  ruleOf(
    'audit',
    'trace.has(a where a.name == "a" and not trace.has(span.name == "b" and attribute.n and span.attributes.n == a.attributes.n))',
  ),
];
/** A match that lasts: no further span retracts it. */
const PAIRED = ruleOf('pair', 'trace.has(x where x.name == "a" and trace.has(span.name == "b" and span.attributes.n == x.attributes.n))');

function run(rules: readonly RuleDefinition[], records: readonly TestRecord[], limits = settings): readonly Verdict[] {
  const end = { time: records.at(-1)!.time + limits.maxAge + limits.lateWindow + 1 };
  return applyAll(engineOf([rules], { settings: limits }), [...records, end]);
}

const last = (verdicts: readonly Verdict[]): readonly Verdict[] => [...new Map(verdicts.map((one) => [one.id, one])).values()];
const openOf = (verdicts: readonly Verdict[]): readonly string[] =>
  last(verdicts)
    .filter(({ status }) => status === 'open')
    .map(({ ruleId, id }) => `${ruleId} ${id}`);

describe('a trace of more than max_spans spans', () => {
  it.each([
    ['the witness last', [root, a, filler(1), b]],
    ['the witness first', [b, root, a, filler(1)]],
  ])('raises no violation that a further span refutes: %s', (_order, spans) => {
    for (const records of [[{ time: 0, spans }], spans.map((one, time) => ({ time, spans: [one] }))]) {
      const found = last(run(REFUTABLE, records));
      // A rule about spans is undecided about its trace, and about the span with the standing violation.
      expect(new Set(found.map(({ ruleId }) => ruleId))).toEqual(new Set(REFUTABLE.map(({ id }) => id)));
      for (const { status, undecided, complete } of found) {
        expect([status, undecided?.code, complete]).toEqual(['undecided', 'max_spans', false]);
      }
    }
  });

  it('becomes undecided after a violation was signed with exactly max_spans', () => {
    const [rule] = REFUTABLE as [RuleDefinition];
    const at = (time: number, ...spans: TestSpan[]): TestRecord => ({ time, spans });
    const verdicts = run([rule], [at(0, root, a, filler(1)), at(50, b), at(60, filler(2))]);
    expect(verdicts.map(({ revision, status, before, complete }) => [revision, status, before, complete])).toEqual([
      [1, 'open', undefined, true],
      [2, 'undecided', 'open', false],
    ]);
    expect(run([rule], [at(0, root, a, b)])).toEqual([]);
    expect(run([rule], [at(0, root, a, filler(1))]).map(({ status }) => status)).toEqual(['open']);
  });

  it('keeps verdicts that no further span can refute, marked as incomplete', () => {
    const found = last(
      run(
        [PAIRED],
        [
          { time: 0, spans: [root, a, b] },
          { time: 50, spans: [filler(1)] },
        ],
      ),
    );
    expect(found.map(({ status, complete }) => [status, complete])).toEqual([['open', false]]);
    const beyond = last(run([PAIRED], [{ time: 0, spans: [root, a, filler(1), b] }]));
    expect(beyond.map(({ status, complete }) => [status, complete])).toEqual([['undecided', false]]);
  });

  const drawn = fc
    .array(
      fc.record({
        name: fc.constantFrom('a', 'a', 'b', 'c', 'd'),
        service: fc.constantFrom('s1', 's1', 's2'),
        parent: fc.nat(6),
        error: fc.boolean(),
        start: fc.integer({ min: 1000, max: 1600 }),
        duration: fc.nat(10),
        n: fc.nat(2),
      }),
      { minLength: MAX_SPANS + 1, maxLength: 9 },
    )
    .map((spans) => spans.map((one, n): TestSpan => ({ ...one, trace: 1, span: n + 1 })));

  it('is undecided in every order of arrival for rules that further spans can refute', () => {
    fc.assert(
      fc.property(
        drawn.chain((spans) => delivery(spans)),
        (records) => {
          for (const { ruleId, status, complete, undecided } of last(run(REFUTABLE, records))) {
            // If a span's child arrived before the trace was full, the undecided verdict is about the trace.
            if (ruleId === 'children' && status === 'retracted') continue;
            expect([status, undecided?.code, complete]).toEqual(['undecided', 'max_spans', false]);
          }
          const told = new Set(run(REFUTABLE, records).map(({ ruleId }) => ruleId));
          expect(told.size).toBe(REFUTABLE.length);
        },
      ),
      { numRuns: 100 },
    );
  }, 60_000);

  it('has no violation that the whole trace lacks, for any rule', () => {
    let open = 0;
    fc.assert(
      fc.property(
        drawn.chain((spans) => delivery(spans)),
        fc.array(traceRule, { minLength: 1, maxLength: 4 }),
        fc.array(spanRule, { minLength: 1, maxLength: 4 }),
        (records, onTraces, onSpans) => {
          const texts = [...onTraces, ...onSpans].map(({ text }) => text);
          // `or` with a function over several spans makes each a rule that is judged on columns.
          const shapes = texts.flatMap((text) => [text, `(${text}) or trace.depth > 90`, `trace.has(q where q.name ~= "z" and (${text}))`]);
          const rules = [...REFUTABLE, PAIRED, ...shapes.map((text, n) => ruleOf(`rule-${n}`, text))];
          expect(RuleSet.compile(1, rules).problems).toEqual([]);
          const found = openOf(run(rules, records));
          open += found.length;
          const whole = openOf(run(rules, records, WINDOW_SETTINGS));
          for (const violation of found) expect(whole).toContain(violation);
        },
      ),
      { numRuns: 100 },
    );
    expect(open).toBeGreaterThan(100);
  }, 120_000);
});
