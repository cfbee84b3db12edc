import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ExplanationNode } from '#dsl';
import type { RuleDefinition } from '#records';
import { applyAll, ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { A_SPAN, spanIdOf, type TestRecord, type TestSpan } from '../../../../test/fixtures/engine/test-span.js';
import { RuleSet } from '../rules/rule-set.js';
import type { Verdict } from '../verdict/verdict.js';
import { PartitionEngine } from './partition.js';

const SETTINGS = { rootGrace: 20, idleTimeout: 100, maxAge: 300, lateWindow: 400, maxSpans: 50, memoryBudget: 1e9 };
const CLOSE = { time: 50 };
const EXCEEDED = 'a regular expression takes more steps than it may on one span (rules.evaluation_timeout)';

/** Matches "bad"; on more than some thousand characters it exceeds the steps of the rules in this test. */
const PATTERN = '(?:[a-c]d?){3,60}x?bad';
const BAD = 'abcbad';
const GOOD = 'good';
const LONG = `bad${'a'.repeat(20_000)}`;

const engine = (rules: readonly (readonly RuleDefinition[])[], timeout = 1): PartitionEngine => {
  const sets = rules.map((some, n) => RuleSet.compile(n + 1, some, { timeout }));
  return new PartitionEngine({ partition: 0, settings: SETTINGS, ruleSetOf: (epoch) => sets[epoch - 1]!, initialEpoch: 1 });
};
const span = (n: number, more: Partial<TestSpan> = {}): TestSpan => ({
  ...A_SPAN,
  span: n,
  parent: n === 1 ? 0 : 1,
  start: 1_000_000_000 * n,
  ...more,
});
const asked = (text: string): string => text.replaceAll('BAD', `span.attributes.n matches "${PATTERN}"`);
const judged = (rule: string, records: readonly TestRecord[], more: Partial<RuleDefinition> = {}): Verdict[] =>
  applyAll(engine([[ruleOf('r', asked(rule), more)]]), records);
/** The standing verdicts, by subject. */
const standing = (verdicts: readonly Verdict[]): string[] =>
  [...new Map(verdicts.map((verdict) => [verdict.id, `${verdict.status} ${verdict.undecided?.code ?? ''}`])).values()].filter(
    (status) => status !== 'retracted ',
  );

/** Rules of every kind, with their results on a trace in which one span is in doubt and no other has a text. */
const RULES: readonly (readonly [string, string])[] = [
  ['about a span alone', 'BAD'],
  ['about a span alone, negated', 'span.attributes.n and not (BAD)'],
  ['of presence', 'trace.has(BAD)'],
  ['of absence', 'not trace.has(BAD)'],
  ['of all', 'trace.all(span.attributes.n == nil or BAD)'],
  ['of not all', 'not trace.all(span.attributes.n == nil or BAD)'],
  ['that counts', 'trace.count(BAD) == 0 and trace.has(span.name == "a")'],
  ['about a span in its trace', 'BAD and not trace.has(span.name == "audit")'],
  ['about a span in a trace without another', 'span.name == "a" and not trace.has(BAD)'],
  ['about a span that is not bad, in its trace', 'span.attributes.n and not (BAD) and trace.has(span.name == "a")'],
  ['judged at close', 'trace.child(span.name == "a", BAD)'],
  ['of absence, judged at close', 'not trace.child(span.name == "a", BAD)'],
  ['of order', 'trace.never_after(span.name == "a", BAD)'],
  [
    'of a named span',
    'trace.has(x where x.attributes.n and not trace.has(y where y.attributes.n == x.attributes.n and y.attributes.n matches "P"))',
  ],
  ['about a span, judged at close', 'BAD and trace.depth > 1'],
  ['with an aggregate', '(trace.sum(span.duration, BAD) or 0) > 5'],
];
const textOf = (rule: string): string => rule.replace('"P"', `"${PATTERN}"`);

/** Rules about the trace that depend on it, online and judged at close. Some of them have witnesses, and all traces have a root. */
const NAMING = [
  'trace.has(BAD)',
  'not trace.has(BAD)',
  'not trace.all(span.name == "a" or BAD)',
  'trace.child(span.name == "a", BAD)',
  'not trace.preceded(span.name == "a" and not span.is_root, BAD)',
  'trace.has(span.name == "a") and not trace.never_after(span.name == "a", BAD)',
  'trace.sum(span.duration, BAD) > 1',
  'trace.has(x where x.name == "b" and trace.has(y where y.name == x.name and y.attributes.n matches "P"))',
].map((rule) => rule.replace('"P"', `"${PATTERN}"`));

describe('a regular expression that takes too long on a span', () => {
  const trace = [span(1, { name: 'a' }), span(2, { name: 'b', nText: LONG })];

  it.each(RULES)('makes a dependent rule undecided: a rule %s', (_kind, rule) => {
    const verdicts = judged(textOf(rule), [{ time: 0, spans: trace }, CLOSE]);
    expect(new Set(verdicts.map(({ status }) => status))).toEqual(new Set(['undecided']));
    expect(verdicts[0]!.undecided).toEqual({ code: 'step_limit', reason: EXCEEDED });
    expect(verdicts[0]!.explanation.summary).toBe(EXCEEDED);
  });

  it.each(RULES)('is undecided for every on_error: a rule %s', (_kind, rule) => {
    for (const onError of ['undecided', 'violation', 'no_match'] as const) {
      const [verdict] = judged(textOf(rule), [{ time: 0, spans: trace }, CLOSE], { onError });
      expect(verdict!.undecided?.code).toBe('step_limit');
    }
  });

  it('does not affect what is decided without it', () => {
    const other = [...trace, span(3, { nText: BAD }), span(4, { name: 'audit' })];
    const said = (rule: string): string[] => standing(judged(rule, [{ time: 0, spans: other }, CLOSE]));
    expect(said('trace.has(BAD)')).toEqual(['open ']);
    expect(said('not trace.has(BAD)')).toEqual([]);
    expect(said('trace.count(BAD) > 5')).toEqual([]);
    expect(said('trace.count(BAD) > 1')).toEqual(['undecided step_limit']);
    expect(said('BAD and not trace.has(span.name == "audit")')).toEqual([]);
    expect(said('BAD and trace.depth > 7')).toEqual([]);
    expect(said('trace.child(span.name == "a", BAD)')).toEqual(['open ']);
    expect(said('trace.child(span.name == "none", BAD)')).toEqual([]);
    expect(said('span.name == "none" and BAD')).toEqual([]);
    expect(said('BAD or span.name == "b"')).toEqual(['open ', 'open ']);
  });

  it('keeps violations that are found, and names the span in doubt', () => {
    const verdicts = judged('BAD', [{ time: 0, spans: [...trace, span(3, { nText: BAD }), span(4, { nText: LONG })] }, CLOSE]);
    expect(verdicts.map(({ status, spanId }) => [status, spanId])).toEqual([
      ['open', spanIdOf(3)],
      ['undecided', spanIdOf(2)],
    ]);
  });

  it('names the first span in doubt in any order of arrival, also for a rule about the trace', () => {
    const later = span(3, { nText: LONG });
    for (const spans of [
      [...trace, later],
      [later, ...trace],
    ]) {
      for (const rule of NAMING) {
        expect(judged(rule, [{ time: 0, spans }, CLOSE]).map(({ status, spanId }) => [status, spanId])).toEqual([
          ['undecided', spanIdOf(2)],
        ]);
      }
    }
  });

  it.each([
    // One span may be preceded, and another one certainly is not.
    [
      'not trace.preceded(span.name == "b", BAD)',
      '"b" (0000000000000001) (as 1 more) is not preceded by a span that satisfies span.attributes.n matches',
    ],
    ['trace.child(span.name == "b", BAD)', '"b" (0000000000000001) is the parent of "c" (0000000000000004)'],
    ['trace.has(BAD) or trace.has(span.name == "none")', 'at least 1 span satisfies span.attributes.n matches'],
    ['trace.count(BAD) > 0', 'at least 1 span satisfies span.attributes.n matches'],
    ['trace.count(x where x.start_time >= 0 and x.attributes.n matches "P") > 0', 'more than 0'],
    ['not trace.all(span.attributes.n == nil or not (BAD))', 'not all'],
    ['trace.sum(span.duration, BAD) > 5', 'trace.sum(span.duration, span.attributes.n matches'],
  ])('does not affect the explanation of what is decided without it: %s', (rule, summary) => {
    const spans = [span(1, { name: 'b' }), span(2, { name: 'b' }), span(3, { name: 'c', nText: LONG }), span(4, { name: 'c', nText: BAD })];
    const [verdict, ...others] = judged(textOf(rule), [{ time: 0, spans }, CLOSE]);
    expect({ status: verdict!.status, others }).toEqual({ status: 'open', others: [] });
    expect(verdict!.explanation.summary).toContain(summary);
    expect(misexplained(verdict!)).toEqual([]);
  });

  it('is shown in its part of the explanation, which is not false', () => {
    for (const rule of NAMING) {
      const [verdict] = judged(rule, [{ time: 0, spans: [...trace, span(3, { nText: LONG })] }, CLOSE]);
      expect([rule, misexplained(verdict!)]).toEqual([rule, []]);
      const told = JSON.stringify(verdict!.explanation.tree);
      expect(told).toContain(EXCEEDED);
      expect(told).not.toContain('spans satisfy span.attributes.n matches');
    }
  });

  it('leaves a sum undecided only if it could differ, however many spans are in doubt', () => {
    const many = (count: number): TestSpan[] => [
      ...trace,
      span(3, { nText: BAD }),
      ...Array.from({ length: count }, (_, n) => span(n + 4, { nText: LONG })),
    ];
    const said = (count: number, rule: string): string[] => standing(judged(rule, [{ time: 0, spans: many(count) }, CLOSE]));
    expect(said(3, 'trace.sum(span.duration, BAD) < 1h')).toEqual(['open ']);
    expect(said(3, 'trace.sum(span.duration, BAD) > 1h')).toEqual([]);
    expect(said(3, `trace.sum(span.duration, BAD) > ${A_SPAN.duration}`)).toEqual(['undecided step_limit']);
    // More combinations than are tried: the rule is undecided.
    expect(said(12, 'trace.sum(span.duration, BAD) < 1h')).toEqual(['undecided step_limit']);
  });

  it('is decided by a late span, or is late itself', () => {
    const late = (spans: readonly TestSpan[], more: TestSpan, rule: string): unknown[] =>
      judged(rule, [{ time: 0, spans }, CLOSE, { time: 60, spans: [more] }, { time: 2_000 }]).map(({ status, before }) => [status, before]);
    const witness = span(3, { nText: BAD });
    expect(late(trace, witness, 'trace.has(BAD)')).toEqual([
      ['undecided', undefined],
      ['open', 'undecided'],
    ]);
    expect(late(trace, witness, 'not trace.has(BAD)')).toEqual([
      ['undecided', undefined],
      ['retracted', 'undecided'],
    ]);
    expect(late([trace[0]!], trace[1]!, 'not trace.has(BAD)')).toEqual([
      ['open', undefined],
      ['undecided', 'open'],
    ]);
    expect(late([trace[0]!], trace[1]!, 'BAD')).toEqual([['undecided', undefined]]);
    expect(late([trace[0]!], trace[1]!, 'not trace.child(span.name == "a", BAD)')).toEqual([
      ['open', undefined],
      ['undecided', 'open'],
    ]);
  });

  it('is reported for rules of the epoch in which the trace opened, and for a span that never ended', () => {
    const rule = ruleOf('r', asked('BAD'));
    const records = [{ time: 0, spans: [span(1)] }, { time: 1, epoch: 2 }, { time: 2, spans: [trace[1]!] }, CLOSE];
    expect(standing(applyAll(engine([[rule], [rule, ruleOf('other', 'span.name == "x"')]]), records))).toEqual(['undecided step_limit']);
    const unfinished = [{ time: 0, spans: [span(1), span(2, { nText: LONG, inProgress: true })] }, CLOSE, { time: 10_000 }];
    for (const text of ['BAD', 'trace.has(BAD)']) expect(standing(judged(text, unfinished))).toEqual(['undecided step_limit']);
  });

  it('is limited, counted, and forgotten with its trace', () => {
    const records = Array.from({ length: 40 }, (_, n) => ({ time: 600_000 + n, spans: [span(1, { trace: n + 1, nText: LONG })] }));
    for (const rule of ['BAD', 'not trace.has(BAD)', 'BAD and not trace.has(span.name == "b")']) {
      const partition = engine([[ruleOf('r', asked(rule))]]);
      const verdicts = applyAll(partition, [...records, { time: 700_000 }, { time: 10_000_000 }]);
      expect(verdicts.filter(({ undecided }) => undecided!.code === 'step_limit')).toHaveLength(10);
      expect(verdicts.at(-1)).toMatchObject({ undecided: { code: 'too_many' }, metadata: { undecided: 30 } });
      expect(partition.memory).toBe(0);
    }
  });
});

describe('a condition that is unknown for some spans', () => {
  const text = fc.constantFrom(undefined, GOOD, BAD, LONG, LONG);
  const spans = fc.array(fc.record({ nText: text, name: fc.constantFrom('a', 'b', 'audit') }), { minLength: 1, maxLength: 5 });
  const rules = [
    ...RULES.map(([, rule]) => textOf(rule)),
    'trace.has(BAD) and trace.has(span.name == "audit")',
    'trace.has(span.name == "audit") or trace.has(BAD)',
    'trace.count(BAD) > 2',
    'trace.count(BAD) < 2 and trace.has(span.name == "b")',
    'trace.count(BAD) == 1',
    'not (trace.has(BAD and span.name == "b") or trace.all(span.name == "a"))',
    'trace.follows(BAD, span.name == "audit")',
    'trace.sum(span.duration, BAD) < 25',
    'trace.sum(-span.duration, BAD) > -25 and trace.has(span.name == "a")',
    'trace.max(span.start_time, BAD and span.name == "a") == trace.max(span.start_time, span.name == "a")',
    'not (trace.min(span.start_time, BAD) > 2.5e9)',
    'trace.distinct(span.name, BAD) ~= 1',
    'trace.avg(span.start_time, BAD) > 2.5e9',
    'trace.max_count(span.name, BAD) + trace.count(BAD) == 3',
    'span.name == "a" and trace.count(BAD) % 2 == 1 and trace.depth < 9',
    'trace.sum(x.duration, x where x.name == span.name and x.attributes.n and x.attributes.n matches "P") > 15 and trace.depth < 9',
    'trace.count(x where x.name == "a" and trace.has(y where y.name == "b" and y.start_time < x.start_time and y.attributes.n and not (y.attributes.n matches "P"))) > 1',
  ].map((rule) => ruleOf(rule, asked(rule.replace('"P"', `"${PATTERN}"`))));

  it('is undecided exactly if it could change the verdict, in any order of arrival', () => {
    const set = RuleSet.compile(1, rules, { timeout: 1 });
    const run = (records: readonly TestRecord[]): Verdict[] =>
      applyAll(new PartitionEngine({ partition: 0, settings: SETTINGS, ruleSetOf: () => set, initialEpoch: 1 }), records);
    let [decided, open] = [0, 0];
    fc.assert(
      fc.property(spans, fc.infiniteStream(fc.nat()), (given, random) => {
        const trace = given.map(({ nText, name }, n) => span(n + 1, nText === undefined ? { name } : { name, nText }));
        const order = trace.map((one) => ({ one, at: random.next().value as number })).sort((a, b) => a.at - b.at);
        const inOrder = (some: readonly TestSpan[]): TestRecord[] => [{ time: 0, spans: some }, CLOSE, { time: 2_000 }];
        const verdicts = run(inOrder(trace));
        for (const verdict of verdicts) expect([verdict.ruleId, misexplained(verdict)]).toEqual([verdict.ruleId, []]);
        const found = statuses(verdicts);
        expect(statuses(run([...order.map(({ one }, n) => ({ time: n, spans: [one] })), { time: 2_000 }]))).toEqual(found);
        const worlds = worldsOf(trace).map((world) => statuses(run(inOrder(world))));
        for (const { id } of rules) {
          const told = (world: ReadonlyMap<string, ReadonlyMap<string, string>>): string =>
            JSON.stringify([...(world.get(id) ?? [])].sort());
          const isSame = new Set(worlds.map(told)).size === 1;
          const isOpen = [...(found.get(id)?.values() ?? [])].includes('undecided');
          if (isOpen) {
            open++;
            expect({ rule: id, isSame }).toEqual({ rule: id, isSame: false });
          } else {
            decided++;
            expect({ rule: id, told: told(found), isSame }).toEqual({ rule: id, told: told(worlds[0]!), isSame: true });
          }
          // A verdict found despite doubt holds for any values in doubt.
          for (const [subject, status] of found.get(id) ?? []) {
            if (status === 'open') for (const world of worlds) expect([id, world.get(id)?.get(subject)]).toEqual([id, 'open']);
          }
        }
      }),
      { numRuns: 80 },
    );
    expect({ decided: decided > 300, open: open > 100 }).toEqual({ decided: true, open: true });
  }, 120_000);
});

/** By rule and subject, the standing status. */
function statuses(verdicts: readonly Verdict[]): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const found = new Map<string, Map<string, string>>();
  for (const { ruleId, id, status } of verdicts) {
    if (!found.has(ruleId)) found.set(ruleId, new Map());
    if (status === 'retracted') found.get(ruleId)!.delete(id);
    else found.get(ruleId)!.set(id, status);
  }
  return found;
}

/** The false statements of an explanation. There must be none: everything that these rules read was kept, and only true facts explain a violation. */
function misexplained({ status, explanation }: Verdict): readonly string[] {
  const { tree, summary } = explanation;
  const nodes = (node: ExplanationNode): readonly ExplanationNode[] => [node, ...(node.children ?? []).flatMap(nodes)];
  const sentences = [summary, ...(tree === undefined ? [] : nodes(tree).map(({ sentence }) => sentence ?? ''))];
  const found = sentences.filter((sentence) => sentence.includes('not kept'));
  if (tree === undefined || status === 'retracted') return found;
  if (status === 'open') return tree.outcome === 'true' ? found : [...found, `it is open and explained as ${tree.outcome}`];
  const isChain = tree.kind === 'and' || tree.kind === 'or' || tree.kind === 'not';
  const isPartOpen = tree.children?.some(({ outcome }) => outcome === 'undecided') === true;
  return isChain && !isPartOpen ? [...found, 'no part is undecided'] : found;
}

/** Every combination of the texts in doubt. */
function worldsOf(trace: readonly TestSpan[]): readonly (readonly TestSpan[])[] {
  let worlds: readonly (readonly TestSpan[])[] = [[]];
  for (const one of trace) {
    const options = one.nText === LONG ? [GOOD, BAD].map((nText) => ({ ...one, nText: `${nText === BAD ? '' : 'not '}${nText}` })) : [one];
    worlds = worlds.flatMap((world) => options.map((option) => [...world, option]));
  }
  return worlds;
}
