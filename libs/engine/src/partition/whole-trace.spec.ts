import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applyAll, brief, engineOf, ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { spanRule, traceRule } from '../../../../test/fixtures/engine/arbitrary-rule.js';
import {
  besides,
  delivery,
  standing,
  standingAfter,
  standingAtOnce,
  WINDOW_SETTINGS,
} from '../../../../test/fixtures/engine/deliveries.js';
import { HEAVY_TEXT } from '../../../../test/fixtures/engine/heavy-text.js';
import { DOUBTFUL_RULES, STRICT_RULES } from '../../../../test/fixtures/engine/strict-rules.js';
import { A_SPAN, spanIdOf, type TestSpan } from '../../../../test/fixtures/engine/test-span.js';

/** At least one rule of each kind, including some with several witnesses. */
const RULES = [
  ruleOf('alone', 'span.name == "a" and span.duration > 5'),
  ruleOf('fails', 'span.attributes.n > 3'),
  ruleOf('both', 'trace.has(span.name == "a") and trace.has(span.status == "error")'),
  ruleOf('absent', 'trace.has(span.name == "a") and not trace.has(span.name == "b")'),
  ruleOf('nothing', 'not trace.has(span.name == "b")'),
  ruleOf('many', 'trace.count(span.name == "a") > 1'),
  ruleOf('few', 'trace.count(span.name == "a") < 3'),
  ruleOf('uniform', 'not trace.all(span.service == "s1")'),
  ruleOf('long', 'trace.span_count > 3'),
  ruleOf('wide', 'trace.duration > 400'),
  ruleOf('lonely', 'span.name == "c" and not trace.has(span.name == "b")'),
  ruleOf('crowded', 'span.name == "c" and trace.count(span.name == "a") >= 2'),
  ruleOf('either', 'span.name == "c" and (trace.has(span.name == "a") or trace.count(span.name == "b") > 1)'),
  ruleOf('root', 'trace.root and trace.root.duration > 5'),
  ruleOf('first', 'trace.spans[1].name == "b"'),
  ruleOf('ordered', 'trace.before(span.name == "a", span.name == "b")'),
  ruleOf('unfollowed', 'not trace.follows(span.name == "a", span.name == "b", 100ns)'),
  ruleOf('joined', 'trace.has(a where a.name == "a" and not trace.has(span.name == "b" and span.attributes.n == a.attributes.n))'),
  ruleOf('longest', 'trace.max(span.duration) > 8'),
  ruleOf('sum', 'trace.sum(span.duration, span.name == "a") > 9'),
  ruleOf('dominant', 'span.duration * 50 > trace.duration'),
  ruleOf('parentless', 'span.name == "c" and not span.parent'),
  ruleOf('children', 'span.children.count(span.name == "a") > 1'),
  ruleOf('script', 'local n = 0; for _, s in ipairs(trace.spans) do if s.name == "a" then n = n + 1 end end; return n == 2'),
  ruleOf('script-first', 'local s = trace.spans[1]; return s.name == "a" or trace.services[1] == "s2"'),
  ruleOf('script-span', 'local n = #trace.spans; return span.name == "c" and n > 2'),
  ...STRICT_RULES,
  ...DOUBTFUL_RULES,
];

const span: fc.Arbitrary<Omit<TestSpan, 'span'>> = fc
  .record({
    trace: fc.constant(1),
    parent: fc.nat(6),
    name: fc.constantFrom('a', 'a', 'b', 'c', 'c', 'd'),
    service: fc.constantFrom('s1', 's1', 's1', 's2'),
    error: fc.boolean(),
    start: fc.oneof(fc.integer({ min: 1000, max: 1600 }), fc.constantFrom(1000, 1300)),
    duration: fc.nat(10),
    n: fc.option(fc.nat(6), { nil: undefined }),
    nText: fc.constantFrom(undefined, undefined, '1', 'x', HEAVY_TEXT),
  })
  .map(({ n, nText, ...rest }) => ({ ...rest, ...(n === undefined ? {} : { n }), ...(nText === undefined ? {} : { nText }) }));

/** A trace in which some spans share their id with the other side of a call, and some arrive in several forms. */
const trace: fc.Arbitrary<readonly TestSpan[]> = fc
  .tuple(
    fc.array(span, { minLength: 1, maxLength: 9 }),
    fc.array(fc.tuple(fc.nat(8), span), { maxLength: 3 }),
    fc.array(fc.nat(8), { maxLength: 3 }),
  )
  .map(([spans, forms, calls]) => {
    const seen = spans.map((one, index) => ({ ...one, span: index + 1 }));
    const others = forms.map(([of, one], index) => ({ ...one, span: 1 + (of % spans.length), duration: 11 * (index + 1) + one.duration }));
    const clients = [...new Set(calls.map((of) => of % spans.length))].map((of) => ({ ...seen[of]!, client: true, duration: 10 }));
    return [...seen, ...others, ...clients];
  });

/** Some spans are exported in progress, and some of those never afterwards. */
const unfinished = (spans: readonly TestSpan[]): fc.Arbitrary<readonly TestSpan[]> =>
  fc.array(fc.tuple(fc.nat(20), fc.option(fc.nat(6), { nil: undefined })), { maxLength: 4 }).map((drafts) => [
    ...spans,
    ...drafts.map(([of, n]) => {
      const { n: _n, ...span } = spans[of % spans.length]!;
      return { ...span, ...(n === undefined ? {} : { n }), span: 1 + (of % 12), inProgress: true };
    }),
  ]);

describe('the last revision is the judgement of the whole trace', () => {
  it('for any order, batches, copies and delays, and rules of every kind', () => {
    const kinds = new Set(RULES.map(({ id }) => id));
    const found = new Set<string>();
    fc.assert(
      fc.property(
        trace.chain(unfinished).chain((spans) => fc.tuple(fc.constant(spans), delivery(spans))),
        ([spans, records]) => {
          const expected = standingAtOnce(RULES, spans);
          for (const { rule } of expected) found.add(rule);
          const after = standingAfter(RULES, records);
          expect(besides(after, expected)).toEqual(besides(expected, after));
        },
      ),
      { numRuns: 150 },
    );
    // Each rule has violations.
    expect([...kinds].filter((id) => !found.has(id))).toEqual([]);
  }, 120_000);

  it('for any rule', () => {
    fc.assert(
      fc.property(
        trace.chain(unfinished).chain((spans) => fc.tuple(fc.constant(spans), delivery(spans))),
        fc.array(traceRule, { minLength: 1, maxLength: 4 }),
        fc.array(spanRule, { minLength: 1, maxLength: 4 }),
        ([spans, records], onTraces, onSpans) => {
          const rules = [...onTraces, ...onSpans].map(({ text }, index) => ruleOf(`rule-${index}`, text));
          const [after, expected] = [standingAfter(rules, records), standingAtOnce(rules, spans)];
          expect(besides(after, expected)).toEqual(besides(expected, after));
        },
      ),
      { numRuns: 80 },
    );
  }, 120_000);
});

describe('a span that was exported before it ended', () => {
  const whole = [
    { ...A_SPAN, span: 9, name: 'root', start: 900 },
    { ...A_SPAN, span: 1, parent: 9, name: 'a', n: 5, duration: 50 },
    { ...A_SPAN, span: 2, parent: 9, name: 'c' },
  ];
  const early: TestSpan[] = [
    { ...whole[1]!, name: 'b', inProgress: true },
    { ...whole[0]!, inProgress: true },
  ];

  it('is judged in its ended form, in any order of forms', () => {
    const wanted = standingAtOnce(RULES, whole);
    expect(wanted.length).toBeGreaterThan(5);
    fc.assert(
      fc.property(delivery([...whole, ...early]), (records) => {
        const after = standingAfter(RULES, records);
        expect(besides(after, wanted)).toEqual(besides(wanted, after));
      }),
      { numRuns: 40 },
    );
  });

  it("is found in the log by its violation's range, if it never ends", () => {
    const span = { ...A_SPAN, span: 2, parent: 1, name: 'a', inProgress: true };
    const end = 5_000 + WINDOW_SETTINGS.maxAge + WINDOW_SETTINGS.lateWindow;
    const records = [{ time: 0 }, { time: 1, spans: [span] }, { time: 100 }, { time: 120, spans: [span] }, { time: end }];
    const verdicts = applyAll(engineOf([[ruleOf('alone', 'span.name == "a"')]], { settings: WINDOW_SETTINGS }), records);
    expect(verdicts.map(({ firstOffset, lastOffset }) => [firstOffset, lastOffset])).toEqual([[1, 3]]);
  });

  it('is judged as it is when its trace is forgotten, if it never ends', () => {
    const rules = [
      ruleOf('alone', 'span.name == "a"'),
      ruleOf('has', 'trace.has(span.name == "a")'),
      ruleOf('absent', 'not trace.has(span.name == "b")'),
    ];
    const settings = { ...WINDOW_SETTINGS, maxAge: 1_000, lateWindow: 500 };
    const span = { ...A_SPAN, span: 2, parent: 1, name: 'a', inProgress: true };
    const verdicts = applyAll(engineOf([rules], { settings }), [{ time: 0, spans: [span] }, { time: 100 }, { time: 5_000 }]);
    expect(verdicts.map(brief).sort()).toEqual([
      'absent v1 open (revision 1) late_span @ 5000',
      'alone v1 open (revision 1) certain @ 5000',
      'has v1 open (revision 1) late_span @ 5000',
    ]);
  });

  it('counts once, and its other forms separately', () => {
    const engine = engineOf([RULES]);
    applyAll(engine, [
      { time: 0, spans: early },
      { time: 1, spans: [...early, ...whole] },
      { time: 2, spans: early },
    ]);
    const { received, evaluated, duplicates, conflicts, superseded } = engine.accounting;
    expect([received, evaluated, duplicates, conflicts, superseded]).toEqual([9, 3, 2, 0, 4]);
  });
});

const read = (span: number, n: number, start: number): TestSpan => ({ ...A_SPAN, span, parent: 9, name: 'read', n, start });
const audit = (span: number, n: number): TestSpan => ({ ...A_SPAN, span, parent: 9, name: 'audit', n, start: 2000 });
const root: TestSpan = { ...A_SPAN, span: 9, name: 'root', start: 900 };
const unaudited = ruleOf(
  'unaudited',
  'trace.has(r where r.name == "read" and not trace.has(span.name == "audit" and span.attributes.n == r.attributes.n))',
);

describe('a violation', () => {
  it('names the right span once a late span clears another', () => {
    const records = [{ time: 0, spans: [root, read(1, 1, 1000), read(2, 2, 1001)] }, { time: 50 }, { time: 60, spans: [audit(3, 1)] }];
    const verdicts = applyAll(engineOf([[unaudited]]), records);
    expect(verdicts.map(({ revision, status, before, spanId }) => [revision, status, before, spanId])).toEqual([
      [1, 'open', undefined, spanIdOf(1)],
      [2, 'open', 'open', spanIdOf(2)],
    ]);
    expect(verdicts[1]!.id).toBe(verdicts[0]!.id);
    expect(verdicts[1]!.explanation.conditions[0]).toMatchObject({ matched: 1, of: 4 });
  });

  it('counts all spans once its trace closes, though it was certain before', () => {
    const many = ruleOf('many', 'trace.count(span.name == "retry") > 3');
    const spans = Array.from({ length: 500 }, (_, n) => ({ ...A_SPAN, span: n + 1, parent: 999, name: 'retry', start: 1000 + n }));
    const settings = { ...WINDOW_SETTINGS, maxSpans: 1_000 };
    const verdicts = applyAll(engineOf([[many]], { settings }), [{ time: 0, spans }, { time: 50 }]);
    expect(verdicts.map(({ revision, closeReason, explanation }) => [revision, closeReason, explanation.conditions[0]!.matched])).toEqual([
      [1, 'certain', 4],
      [2, 'idle_timeout', 500],
    ]);
  });

  it('names all nine spans once its trace closes, though the first made it certain', () => {
    const rules = [ruleOf('has', 'trace.has(span.name == "read")'), ruleOf('all', 'not trace.all(span.name != "read")')];
    const reads = Array.from({ length: 9 }, (_, n) => read(n + 1, n, 1000 + n));
    const settings = { ...WINDOW_SETTINGS, maxSpans: 1_000 };
    const verdicts = applyAll(engineOf([rules], { settings }), [{ time: 0, spans: [...reads.toReversed(), root] }, { time: 50 }]);
    for (const { id } of rules) {
      const told = verdicts.filter(({ ruleId }) => ruleId === id);
      expect(told.map(({ revision, closeReason }) => [revision, closeReason])).toEqual([
        [1, 'certain'],
        [2, 'root_grace'],
      ]);
      const { tree } = told[1]!.explanation;
      const node = id === 'all' ? tree!.children![0]! : tree!;
      expect(node).toMatchObject({ kind: id, witnesses: reads.map(({ span }) => spanIdOf(span)) });
      expect([node.at_least, node.more_witnesses]).toEqual([undefined, undefined]);
    }
    expect(verdicts.filter(({ ruleId }) => ruleId === 'has').map(({ explanation }) => explanation.conditions[0]!.matched)).toEqual([1, 9]);
    expect(standing(verdicts).map(({ message }) => message)).toContain(
      'has: 9 spans satisfy span.name == "read": "read" (0000000000000001), "read" (0000000000000002), "read" (0000000000000003) and 6 more',
    );
  });

  it('names one span of those that retracted it, and their number', () => {
    const rule = ruleOf('absent', 'trace.has(span.name == "read") and not trace.has(span.name == "audit")');
    const records = [
      { time: 0, spans: [root, read(1, 1, 1000)] },
      { time: 50 },
      { time: 60, spans: [audit(3, 1), audit(4, 1), audit(5, 1)] },
    ];
    const [open, retracted] = applyAll(engineOf([[rule]]), records);
    expect([open!.status, retracted!.status]).toEqual(['open', 'retracted']);
    const [, condition] = retracted!.explanation.conditions;
    expect(condition).toMatchObject({ matched: 3, witnesses: [{ span_id: spanIdOf(3) }] });
  });

  it('has no new revision when nothing changes', () => {
    const rules = [
      ruleOf('has', 'trace.has(span.name == "read")'),
      ruleOf('mixed', 'span.name == "read" and trace.has(span.name == "root")'),
      ruleOf('order', 'trace.before(span.name == "root", span.name == "read") and trace.has(span.name == "read")'),
    ];
    const records = [{ time: 0, spans: [root, read(1, 1, 1000)] }, { time: 1, spans: [audit(3, 1)] }, { time: 50 }];
    const verdicts = applyAll(engineOf([rules]), records);
    expect(verdicts.filter(({ ruleId }) => ruleId !== 'order').map(brief)).toEqual([
      'mixed v1 open (revision 1) certain @ 0',
      'has v1 open (revision 1) certain @ 0',
    ]);
  });

  it('gets revisions at the first late spans, then ever less often, and finally the last state', () => {
    const rule = ruleOf('lonely', 'span.name == "read" and not trace.has(span.name == "other")');
    const late = Array.from({ length: 200 }, (_, n) => ({ time: 100 + n, spans: [{ ...audit(100 + n, 1), start: 3000 - n }] }));
    const settings = { ...WINDOW_SETTINGS, lateWindow: 1_000, maxAge: 1_000 };
    const engine = engineOf([[rule]], { settings });
    const verdicts = applyAll(engine, [{ time: 0, spans: [root, read(1, 1, 1000)] }, { time: 50 }, ...late, { time: 5_000 }]);
    // At the close, the first eight late spans, spans 16, 32, 64, 128, and the end.
    expect(verdicts).toHaveLength(1 + 8 + 4 + 1);
    expect(standing(verdicts)[0]!.message).toContain('0 of 202 spans');
    expect(verdicts.at(-1)!.timestamp).toBe(5_000);
  });
});
