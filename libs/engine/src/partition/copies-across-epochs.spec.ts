import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { engineOf, ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { HEAVY_PATTERN, HEAVY_TEXT } from '../../../../test/fixtures/engine/heavy-text.js';
import { A_SPAN, logOf, spanIdOf, type TestRecord, type TestSpan, traceIdOf } from '../../../../test/fixtures/engine/test-span.js';
import type { RuleDefinition } from '../settings.js';
import type { Verdict } from '../verdict/verdict.js';

const x: TestSpan = { ...A_SPAN, parent: 9, n: 0 };
const root: TestSpan = { ...A_SPAN, span: 9 };
const large = ruleOf('large', 'attribute.n > 3');
const named = ruleOf('named', 'span.name == "a"');
const pair = ruleOf('pair', 'trace.count(span.name == "a") > 2');

function run(epochs: readonly (readonly RuleDefinition[])[], records: readonly TestRecord[]) {
  const engine = engineOf(epochs);
  const verdicts: Verdict[] = [];
  for (const record of logOf(records)) engine.apply(record, (verdict) => verdicts.push(verdict));
  return { verdicts, told: verdicts.map(({ ruleId, spanId }) => `${ruleId} ${spanId.at(-1)}`), accounting: engine.accounting };
}

describe('a span that comes again after the rules changed', () => {
  const homes = [
    ['judges no traces', [named]],
    ['has no rules', []],
    ['judges traces', [pair]],
  ] as const;

  it.each(homes)('with what only a new rule sees is told, of a trace whose home %s', (_home, rules) => {
    const [before, after] = [
      { time: 0, spans: [root] },
      { time: 1, epoch: 2 },
    ];
    const other = { ...x, n: 4 };
    const epochs = [[...rules], [...rules, large]];
    // Both under the new rules; the first under the old ones; the one that matches first.
    for (const records of [
      [before, after, { time: 2, spans: [x] }, { time: 3, spans: [other] }],
      [before, { time: 0, spans: [x] }, after, { time: 3, spans: [other] }],
      [before, after, { time: 2, spans: [x, other] }],
      [before, after, { time: 2, spans: [other] }, { time: 3, spans: [x] }, { time: 4, spans: [other] }],
    ]) {
      expect(run(epochs, records).told.filter((told) => told.startsWith('large'))).toEqual(['large 1']);
    }
  });

  it.each(homes)('as it was is a duplicate, of a trace whose home %s', (_home, rules) => {
    const epochs = [[...rules, large], [large, ...rules, ruleOf('other', 'span.duration > 3')], [large]];
    const copy = { ...x, n: 4 };
    const records = [
      { time: 0, spans: [root, copy] },
      { time: 1, epoch: 2 },
      { time: 2, spans: [copy, root] },
      { time: 3, epoch: 3 },
      { time: 4, spans: [root, copy, copy] },
      { time: 500 },
    ];
    const { told, accounting } = run(epochs, records);
    expect(told.filter((each) => each.startsWith('large'))).toEqual(['large 1']);
    expect(accounting).toMatchObject({ evaluated: 2, duplicates: 5, conflicts: 0 });
  });

  it('does not fill its trace', () => {
    const records = [
      { time: 0, spans: [root] },
      { time: 1, epoch: 2 },
      ...Array.from({ length: 20 }, (_, n) => ({ time: 2 + n, spans: [root, x] })),
      { time: 500 },
    ];
    expect(run([[named], [large]], records).accounting).toMatchObject({ evaluated: 2, conflicts: 0, closed: { max_spans: 0 } });
  });

  it('is judged once, by the version under which its trace opened or by a rule that came later, and no match is lost', () => {
    const tests: Readonly<Record<string, (span: TestSpan) => boolean>> = {
      'attribute.n > 0': ({ n = 0 }) => n > 0,
      'attribute.n > 1': ({ n = 0 }) => n > 1,
      'attribute.n > 2': ({ n = 0 }) => n > 2,
      'span.name == "a"': ({ name }) => name === 'a',
      'span.name == "b" and attribute.n == 2': ({ name, n = 0 }) => name === 'b' && n === 2,
      'span.service == "s2"': ({ service }) => service === 's2',
      'span.status == "error"': ({ error }) => error,
      'span.service == "s1" and not (attribute.n == 1)': ({ service, n = 0 }) => service === 's1' && n !== 1,
    };
    const texts = Object.keys(tests);
    /** As it is, or of the whole trace: a rule may change its kind. */
    const text = fc.tuple(fc.constantFrom(...texts), fc.constantFrom(false, false, false, true));
    /** What it asks in each epoch, if it is in force: it may be edited, edited back, and away in between; others may ask the same. */
    const history = fc.tuple(text, text, fc.array(fc.constantFrom(0, 0, 1, 1, undefined, undefined), { minLength: 5, maxLength: 5 }));
    const span = fc.record({
      trace: fc.integer({ min: 1, max: 2 }),
      span: fc.integer({ min: 1, max: 2 }),
      name: fc.constantFrom('a', 'b'),
      service: fc.constantFrom('s1', 's1', 's2'),
      error: fc.constantFrom(false, false, true),
      n: fc.nat(3),
    });
    const step = fc.oneof({ weight: 3, arbitrary: fc.array(span, { minLength: 1, maxLength: 3 }) }, fc.constant(undefined));
    const beside = fc.array(fc.constantFrom(pair, ruleOf('columns', 'trace.distinct(attribute.n) > 2')), { maxLength: 5 });
    const happened = { told: 0, copies: 0, byEdited: 0, byReturned: 0, ofTraces: 0, again: 0 };
    fc.assert(
      fc.property(
        fc.array(history, { maxLength: 6 }),
        beside,
        fc.array(step, { maxLength: 16, size: 'max' }),
        (histories, others, steps) => {
          const epochs = [0, 1, 2, 3, 4].map((epoch) => {
            const inForce = histories.flatMap(([one, other, versions], n) => {
              const version = versions[epoch];
              if (version === undefined) return [];
              const [asked, ofTrace] = version === 0 ? one : other;
              return [{ test: asked, ofTrace, rule: ruleOf(`r${n}`, ofTrace ? `trace.has(${asked})` : asked, { version: version + 1 }) }];
            });
            return { inForce, beside: others[epoch] };
          });
          let epoch = 0;
          const records: TestRecord[] = [];
          const homes = new Map<number, number>();
          /** Of what is to be told: by how many contents. */
          const due = new Map<string, Set<string>>();
          const note = (key: string, each: TestSpan) => due.set(key, (due.get(key) ?? new Set()).add(JSON.stringify(each)));
          for (const [time, spans] of steps.entries()) {
            if (spans === undefined) {
              if (epoch < 4) records.push({ time, epoch: ++epoch + 1 });
              continue;
            }
            const whole = spans.map((each): TestSpan => ({ ...A_SPAN, parent: 9, ...each }));
            records.push({ time, spans: whole });
            for (const each of whole) {
              if (!homes.has(each.trace)) homes.set(each.trace, epoch);
              const since = epochs.slice(homes.get(each.trace)!, epoch + 1);
              for (const present of epochs[epoch]!.inForce) {
                const { id } = present.rule;
                const versions = since.map(({ inForce }) => inForce.find(({ rule }) => rule.id === id));
                const goesOn = versions.every((version) => version !== undefined);
                const asked = goesOn ? versions[0]! : present;
                if ((asked.ofTrace && !goesOn) || !tests[asked.test]!(each)) continue;
                if (goesOn && asked.test !== present.test) happened.byEdited++;
                if (!goesOn && versions[0] !== undefined) happened.byReturned++;
                if (asked.ofTrace) happened.ofTraces++;
                note(
                  `${id} v${asked.rule.version} ${traceIdOf(each.trace)} ${asked.ofTrace ? 'trace' : spanIdOf(each.span)}`,
                  asked.ofTrace ? A_SPAN : each,
                );
              }
            }
          }
          const sets = epochs.map(({ inForce, beside }) => [...inForce.map(({ rule }) => rule), ...(beside === undefined ? [] : [beside])]);
          const { verdicts, accounting } = run(sets, records);
          const ofTraces = new Set(epochs.flatMap(({ inForce }) => inForce.filter((rule) => rule.ofTrace).map(versionOf)));
          const keyOf = ({ ruleId, ruleVersion, traceId, spanId }: Verdict): string => {
            const version = `${ruleId} v${ruleVersion}`;
            return `${version} ${traceId} ${ofTraces.has(version) ? 'trace' : spanId}`;
          };
          const found = verdicts.filter(({ ruleId }) => ruleId.startsWith('r'));
          const ids = new Map<string, Set<string>>();
          const last = new Map<string, Verdict>();
          for (const verdict of found) {
            const key = keyOf(verdict);
            ids.set(key, (ids.get(key) ?? new Set()).add(verdict.id));
            // No verdict is told twice, and a revision says something else: of a rule about one span, what another version found.
            const before = last.get(verdict.id);
            expect([verdict.revision, verdict.before]).toEqual([(before?.revision ?? 0) + 1, before?.status]);
            if (!key.endsWith('trace')) expect(verdict.ruleVersion).not.toBe(before?.ruleVersion);
            if (before !== undefined && !key.endsWith('trace')) happened.again++;
            last.set(verdict.id, verdict);
          }
          happened.told += found.length;
          happened.copies += accounting.duplicates;
          expect([...ids.keys()].sort()).toEqual([...due.keys()].sort());
          for (const [key, { size }] of ids) expect([key, size <= due.get(key)!.size]).toEqual([key, true]);
          expect(accounting.received).toBe(accounting.accounted);
        },
      ),
      { numRuns: 800 },
    );
    expect(happened.told).toBeGreaterThan(1_000);
    expect(happened.copies).toBeGreaterThan(400);
    expect(happened.byEdited).toBeGreaterThan(300);
    expect(happened.byReturned).toBeGreaterThan(100);
    expect(happened.ofTraces).toBeGreaterThan(100);
    expect(happened.again).toBeGreaterThan(10);
  });
});

const versionOf = ({ rule: { id, version } }: { readonly rule: RuleDefinition }): string => `${id} v${version}`;

describe('a rule about one span that was away', () => {
  const spans = (time: number): TestRecord => ({ time, spans: [{ ...x, n: 4 }] });
  const [opens, away, back] = [
    { time: 0, spans: [root] },
    { time: 1, epoch: 2 },
    { time: 3, epoch: 3 },
  ];

  it.each([
    ['came back', [[large], [], [large]]],
    ['is new, and asks what another one asked', [[ruleOf('other', large.expression)], [ruleOf('other', large.expression)], [large]]],
  ] as const)('and %s is asked about a span that comes again, which it has not seen', (_what, epochs) => {
    const { told } = run(epochs, [opens, away, spans(2), back, spans(4), spans(5)]);
    expect(told.filter((each) => each.startsWith('large'))).toEqual(['large 1']);
  });

  it.each([
    ['deleted', [[large], []]],
    ['replaced by another', [[large], [ruleOf('other', large.expression)]]],
  ] as const)('when it was %s says nothing of a span in progress that came before', (_what, epochs) => {
    const begun = { time: 0, spans: [root, { ...x, n: 4, inProgress: true }] };
    expect(run([[large]], [begun, { time: 1_000 }]).told).toEqual(['large 1']);
    expect(run(epochs, [begun, away, { time: 1_000 }]).told).toEqual([]);
  });
});

describe('a rule that is made anew under the id of another', () => {
  const vip = { ...x, n: 4 };
  const anew = ruleOf('large', 'attribute.n > 2', { version: 2, severity: 'LOW' });
  const briefly = ({ verdicts, accounting }: ReturnType<typeof run>) => [
    verdicts.map(({ ruleVersion, severity, revision, status, before }) => [ruleVersion, severity, revision, status, before]),
    accounting.rule('large').matches,
  ];
  const [gone, back] = [
    { time: 2, epoch: 2 },
    { time: 3, epoch: 3 },
  ];

  it('tells of a span that the former one has told of: a revision, which says who finds it now', () => {
    const records = [{ time: 0, spans: [root, vip] }, gone, back, { time: 4, spans: [vip] }, { time: 5, spans: [vip] }];
    expect(briefly(run([[large], [], [anew]], records))).toEqual([
      [
        [1, 'HIGH', 1, 'open', undefined],
        [2, 'LOW', 2, 'open', 'open'],
      ],
      1,
    ]);
  });

  it('tells of a span of which the former one has taken back what it told', () => {
    const former = ruleOf('large', 'attribute.n > 3 and not trace.has(span.name == "b")');
    const records = [
      { time: 0, spans: [root, vip] },
      { time: 100 },
      { time: 101, spans: [{ ...x, span: 2, name: 'b' }] },
      { ...gone, time: 102 },
      { ...back, time: 103 },
      { time: 104, spans: [vip] },
    ];
    expect(briefly(run([[former], [], [anew]], records))).toEqual([
      [
        [1, 'HIGH', 1, 'open', undefined],
        [1, 'HIGH', 2, 'retracted', 'open'],
        [2, 'LOW', 3, 'open', 'retracted'],
      ],
      2,
    ]);
  });

  it('tells of other content in a trace that knows neither of them, whatever rules are beside it', () => {
    const first = ruleOf('large', 'span.name == "a"');
    for (const beside of [[], [pair], [named], [ruleOf('reads', 'attribute.n > 100')]]) {
      const records = [{ time: 0, spans: [root] }, gone, { time: 2, spans: [x] }, back, { time: 4, epoch: 4 }, { time: 4, spans: [vip] }];
      const { verdicts } = run([beside, [...beside, first], beside, [...beside, anew]], records);
      const found = verdicts.filter(({ ruleId }) => ruleId === 'large');
      expect(found.map(({ ruleVersion, severity }) => [ruleVersion, severity])).toEqual([
        [1, 'HIGH'],
        [2, 'LOW'],
      ]);
    }
  });

  it('counts what it can not judge by itself, as does each version', () => {
    const odd = (trace: number): TestSpan => ({ ...A_SPAN, trace, nText: 'x' });
    const asks = (version: number) => ruleOf('asks', 'attribute.n > 4', { onError: 'undecided', version });
    const traces = Array.from({ length: 14 }, (_, n) => n + 1);
    const records = [
      { time: 0, spans: traces.map(odd) },
      { time: 400 },
      { time: 401, epoch: 2 },
      { time: 402, spans: traces.map((trace) => odd(trace + 100)) },
      { time: 900 },
      { time: 400_000 },
    ];
    const { verdicts } = run([[asks(1)], [asks(2)]], records);
    const of = (version: number) => verdicts.filter(({ ruleVersion }) => ruleVersion === version);
    for (const version of [1, 2]) {
      expect(of(version).filter(({ undecided }) => undecided?.code === 'value_type')).toHaveLength(10);
      const summaries = of(version).filter(({ undecided }) => undecided?.code === 'too_many');
      expect(summaries.map(({ revision, metadata }) => [revision, metadata])).toEqual([
        [1, { undecided: 1, final: false }],
        [2, { undecided: 4, final: true }],
      ]);
    }
    const ids = new Set(verdicts.map(({ id, revision }) => `${id} ${revision}`));
    expect(ids.size).toBe(verdicts.length);
  });
});

describe('an edit of a rule about one span', () => {
  const edited = (expression: string, version = 2) => ruleOf('large', expression, { version });
  const never = edited('attribute.n > 9');
  const ofTrace = edited('trace.count(attribute.n > 3) > 1');
  const versions = ({ verdicts }: ReturnType<typeof run>) =>
    verdicts.filter(({ ruleId }) => ruleId === 'large').map(({ ruleVersion, spanId }) => [ruleVersion, spanId.at(-1)]);
  const opens: TestRecord = { time: 0, spans: [root] };
  const epoch = (number: number): TestRecord => ({ time: number, epoch: number });
  const matching: TestSpan = { ...x, n: 4 };
  const other: TestSpan = { ...matching, span: 2 };

  it.each([
    ['edited away and back, and of a span that came meanwhile', [[large], [never], [edited(large.expression, 3)]]],
    ['edited so that it is of the whole trace', [[large], [ofTrace], [ofTrace]]],
    ['in shadow meanwhile, or has another severity', [[large], [edited(large.expression)], [edited(large.expression, 3)]]],
  ])('loses no match in a trace that is open: %s', (_what, epochs) => {
    const records = [opens, epoch(2), { time: 2, spans: [matching] }, epoch(3), { time: 4, spans: [matching, other] }, { time: 500 }];
    for (const beside of [[], [pair], [named]]) {
      expect(
        versions(
          run(
            epochs.map((rules) => [...rules, ...beside]),
            records,
          ),
        ),
      ).toEqual([
        [1, '1'],
        [1, '2'],
      ]);
    }
  });

  it('that was of the whole trace leaves the trace to the version that judges it', () => {
    const records = [opens, { time: 1, spans: [matching] }, epoch(2), { time: 2, spans: [other] }, { time: 500 }];
    const { verdicts } = run([[ruleOf('large', ofTrace.expression)], [edited(large.expression)]], records);
    expect(verdicts.map(({ ruleVersion, status }) => [ruleVersion, status])).toEqual([[1, 'open']]);
  });

  it('judges by its former version a span in progress of a trace that was open, and by the new one that of a later trace', () => {
    const begun: TestSpan = { ...matching, inProgress: true };
    const later = {
      time: 3,
      spans: [
        { ...root, trace: 2 },
        { ...begun, trace: 2 },
      ],
    };
    for (const records of [
      [opens, { time: 1, spans: [begun] }, epoch(2), later, { time: 1_000 }],
      [opens, epoch(2), { time: 2, spans: [begun] }, later, { time: 1_000 }],
    ]) {
      expect(versions(run([[large], [never]], records))).toEqual([[1, '1']]);
      expect(versions(run([[edited(never.expression, 1)], [edited(large.expression)]], records))).toEqual([[2, '1']]);
    }
  });

  it('tells once what it could not judge, also where it was away meanwhile', () => {
    const odd: TestSpan = { ...A_SPAN, parent: 9, nText: 'x' };
    const [asks, asksElse] = [1, 2].map((version) => ruleOf('asks', `attribute.n > ${version}`, { onError: 'undecided', version }));
    const records = [opens, epoch(2), { time: 2, spans: [odd] }, epoch(3), { time: 4, spans: [{ ...odd, span: 2 }] }, { time: 1_000 }];
    const told = (epochs: readonly (readonly RuleDefinition[])[]) =>
      run(epochs, records).verdicts.map(({ status, ruleVersion, spanId }) => [status, ruleVersion, spanId.at(-1)]);
    expect(told([[asks!], [asksElse!], [asks!]])).toEqual([['undecided', 1, '1']]);
    expect(told([[asks!], [asks!, large], [asks!]])).toEqual([['undecided', 1, '1']]);
    expect(told([[asks!], [], [asks!]])).toEqual([['undecided', 1, '2']]);
    expect(told([[], [asks!], [asksElse!]])).toEqual([['undecided', 1, '1']]);
  });
});

describe('a trace with a span in progress', () => {
  it('is not settled before that is judged, when the trace is forgotten', () => {
    const engine = engineOf([[large]]);
    const before: number[] = [];
    const records = [{ time: 0, spans: [root, { ...x, inProgress: true }] }, { time: 50 }, { time: 1_000 }];
    for (const record of logOf(records)) {
      engine.apply(record, () => undefined);
      before.push(engine.openBefore(1), engine.openTraces);
    }
    expect(before).toEqual([1, 1, 1, 0, 0, 0]);
  });
});

describe('two contents of a span with the same times', () => {
  it('are seen in one order, whatever rules are beside it, and whatever the trace is called', () => {
    const first = ruleOf('first', 'local s = trace.spans[2]; return s ~= nil and s.attributes.n == 3');
    const beside = [
      [],
      ['trace.has(attribute.n == 3)'],
      ['trace.has(attribute.n == 2)'],
      ['span.name == "b"', 'trace.distinct(attribute.m) > 1'],
    ];
    const answers = new Set<number>();
    for (const others of beside) {
      for (const trace of [1, 2, 3, 4, 5, 6, 7, 8]) {
        for (const forms of [
          [2, 3],
          [3, 2],
        ]) {
          const rules = [...others.map((text, n) => ruleOf(`beside-${n}`, text)), first];
          const spans = [{ ...root, trace, start: 1 }, ...forms.map((n) => ({ ...x, trace, n }))];
          answers.add(run([rules], [{ time: 0, spans }, { time: 500 }]).told.filter((told) => told.startsWith('first')).length);
        }
      }
    }
    expect([...answers]).toHaveLength(1);
  });
});

describe('two contents of a span of which one can not be compared', () => {
  it.each([
    ['a value of another type, that is a violation', 'attribute.n > 4', 'violation', { nText: 'x' }, 'open'],
    ['a value of another type, of a rule over the trace', 'trace.has(attribute.n > 4)', 'undecided', { nText: 'x' }, 'undecided'],
    ['a value of another type, of a rule about one span', 'attribute.n > 4', 'undecided', { nText: 'x' }, 'undecided'],
    ['a text that takes too long', `attribute.n matches "${HEAVY_PATTERN}"`, undefined, { nText: HEAVY_TEXT }, 'undecided'],
  ] as const)('are two, whichever comes first: %s', (_what, expression, onError, content, status) => {
    const { n: _n, ...missing } = x;
    const odd: TestSpan = { ...missing, ...content };
    for (const forms of [
      [x, odd],
      [odd, x],
      [missing, odd],
      [odd, missing],
    ]) {
      const records = [{ time: 0, spans: [root] }, ...forms.map((form, n) => ({ time: n + 1, spans: [form] })), { time: 500 }];
      const { verdicts, accounting } = run([[ruleOf('r', expression, onError === undefined ? {} : { onError })]], records);
      expect([verdicts.map((verdict) => verdict.status), accounting.conflicts]).toEqual([[status], 1]);
    }
  });
});

describe('what a new rule about one span can not judge of a trace that opened before it', () => {
  const odd: TestSpan = { ...A_SPAN, parent: 9, nText: 'x' };
  const heavy: TestSpan = { ...A_SPAN, parent: 9, nText: HEAVY_TEXT };
  const asks = ruleOf('asks', 'attribute.n > 4', { onError: 'undecided' });
  const fires = ruleOf('asks', 'attribute.n > 4', { onError: 'violation' });
  const slow = ruleOf('slow', `attribute.n matches "${HEAVY_PATTERN}"`);

  const briefly = ({ verdicts }: ReturnType<typeof run>) =>
    verdicts.map(({ ruleId, status, spanId, undecided }) => [ruleId, status, spanId.at(-1), undecided?.code]);
  const forgotten = { time: 1_000 };

  it.each([
    ['a value of another type', asks, odd, 'value_type'],
    ['a text that takes too long', slow, heavy, 'step_limit'],
  ] as const)('is told once, of the first span, in whatever order they come: %s', (_what, rule, span, code) => {
    const earlier = { ...span, span: 5, start: 900 };
    for (const spans of [
      [span, earlier, { ...earlier, nText: 'y' }, span],
      [earlier, span],
      [{ ...span, nText: '1' }, span, earlier],
    ]) {
      const came = spans.map((each, n) => ({ time: n + 2, spans: [each] }));
      const records = [{ time: 0, spans: [root] }, { time: 1, epoch: 2 }, ...came, forgotten];
      for (const beside of [[], [named], [pair]]) {
        const found = briefly(run([beside, [...beside, rule]], records));
        expect(found.filter(([ruleId]) => ruleId === rule.id)).toEqual([[rule.id, 'undecided', '5', code]]);
      }
    }
  });

  it('is told of a span that was seen before, when the rule was not there', () => {
    const records = [{ time: 0, spans: [root, odd] }, { time: 1, epoch: 2 }, { time: 2, spans: [odd] }, forgotten];
    expect(briefly(run([[], [asks]], records))).toEqual([['asks', 'undecided', '1', 'value_type']]);
    expect(briefly(run([[], [fires]], records))).toEqual([['asks', 'open', '1', undefined]]);
  });

  it('is told of a span that never ended', () => {
    const records = [{ time: 0, spans: [root] }, { time: 1, epoch: 2 }, { time: 2, spans: [{ ...odd, inProgress: true }] }, forgotten];
    expect(briefly(run([[], [asks]], records))).toEqual([['asks', 'undecided', '1', 'value_type']]);
  });

  it('is not told of a rule that is gone, nor by two versions of one', () => {
    const [before, after] = [
      { time: 0, spans: [root] },
      { time: 1, epoch: 2 },
    ];
    const records = [before, after, { time: 2, spans: [odd] }, { time: 3, epoch: 3 }, forgotten];
    expect(run([[], [asks], []], records).verdicts).toEqual([]);
    const changed = { ...asks, version: 2, expression: 'attribute.n > 5' };
    expect(run([[asks], [changed], [changed]], records).verdicts.map(({ ruleVersion }) => ruleVersion)).toEqual([1]);
  });

  it('floods nobody', () => {
    const traces = Array.from({ length: 30 }, (_, n) => n + 1);
    const records = [
      { time: 0, spans: traces.map((trace) => ({ ...root, trace })) },
      { time: 1, epoch: 2 },
      { time: 2, spans: traces.map((trace) => ({ ...odd, trace })) },
      forgotten,
    ];
    const { verdicts } = run([[], [asks]], records);
    expect(verdicts.filter(({ undecided }) => undecided?.code === 'value_type')).toHaveLength(10);
    expect(verdicts.filter(({ undecided }) => undecided?.code === 'too_many')).toHaveLength(1);
  });
});
