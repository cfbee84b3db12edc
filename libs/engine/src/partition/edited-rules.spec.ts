import { describe, expect, it } from '@jest/globals';
import type { RuleDefinition } from '#records';
import { ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { judgeUnder, large, named, pair, root, x } from '../../../../test/fixtures/engine/epoch-changes.js';
import { HEAVY_PATTERN, HEAVY_TEXT } from '../../../../test/fixtures/engine/heavy-text.js';
import { A_SPAN, type TestRecord, type TestSpan } from '../../../../test/fixtures/engine/test-span.js';

describe('a rule about one span that was removed and restored', () => {
  const spans = (time: number): TestRecord => ({ time, spans: [{ ...x, n: 4 }] });
  const [opens, away, back] = [
    { time: 0, spans: [root] },
    { time: 1, epoch: 2 },
    { time: 3, epoch: 3 },
  ];

  it.each([
    ['is in force again', [[large], [], [large]]],
    ['is new, and has the condition of another one', [[ruleOf('other', large.expression)], [ruleOf('other', large.expression)], [large]]],
  ] as const)('and %s judges a copy of a span that it has not seen', (_what, epochs) => {
    const { told } = judgeUnder(epochs, [opens, away, spans(2), back, spans(4), spans(5)]);
    expect(told.filter((each) => each.startsWith('large'))).toEqual(['large 1']);
  });

  it.each([
    ['deleted', [[large], []]],
    ['replaced by another', [[large], [ruleOf('other', large.expression)]]],
  ] as const)('when it was %s does not report a span in progress that arrived before', (_what, epochs) => {
    const begun = { time: 0, spans: [root, { ...x, n: 4, inProgress: true }] };
    expect(judgeUnder([[large]], [begun, { time: 1_000 }]).told).toEqual(['large 1']);
    expect(judgeUnder(epochs, [begun, away, { time: 1_000 }]).told).toEqual([]);
  });
});

describe("a rule that is created again with another rule's id", () => {
  const vip = { ...x, n: 4 };
  const anew = ruleOf('large', 'attribute.n > 2', { version: 2, severity: 'LOW' });
  const briefly = ({ verdicts, accounting }: ReturnType<typeof judgeUnder>) => [
    verdicts.map(({ ruleVersion, severity, revision, status, before }) => [ruleVersion, severity, revision, status, before]),
    accounting.rule('large').matches,
  ];
  const [gone, back] = [
    { time: 2, epoch: 2 },
    { time: 3, epoch: 3 },
  ];

  it('reports a span of the former one as a revision that names the new one', () => {
    const records = [{ time: 0, spans: [root, vip] }, gone, back, { time: 4, spans: [vip] }, { time: 5, spans: [vip] }];
    expect(briefly(judgeUnder([[large], [], [anew]], records))).toEqual([
      [
        [1, 'HIGH', 1, 'open', undefined],
        [2, 'LOW', 2, 'open', 'open'],
      ],
      1,
    ]);
  });

  it('reports a span whose violation the former one retracted', () => {
    const former = ruleOf('large', 'attribute.n > 3 and not trace.has(span.name == "b")');
    const records = [
      { time: 0, spans: [root, vip] },
      { time: 100 },
      { time: 101, spans: [{ ...x, span: 2, name: 'b' }] },
      { ...gone, time: 102 },
      { ...back, time: 103 },
      { time: 104, spans: [vip] },
    ];
    expect(briefly(judgeUnder([[former], [], [anew]], records))).toEqual([
      [
        [1, 'HIGH', 1, 'open', undefined],
        [1, 'HIGH', 2, 'retracted', 'open'],
        [2, 'LOW', 3, 'open', 'retracted'],
      ],
      2,
    ]);
  });

  it('reports other content in a trace that knows neither rule, regardless of other rules', () => {
    const first = ruleOf('large', 'span.name == "a"');
    for (const beside of [[], [pair], [named], [ruleOf('reads', 'attribute.n > 100')]]) {
      const records = [{ time: 0, spans: [root] }, gone, { time: 2, spans: [x] }, back, { time: 4, epoch: 4 }, { time: 4, spans: [vip] }];
      const { verdicts } = judgeUnder([beside, [...beside, first], beside, [...beside, anew]], records);
      const found = verdicts.filter(({ ruleId }) => ruleId === 'large');
      expect(found.map(({ ruleVersion, severity }) => [ruleVersion, severity])).toEqual([
        [1, 'HIGH'],
        [2, 'LOW'],
      ]);
    }
  });

  it('counts what it cannot judge itself, as each version does', () => {
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
    const { verdicts } = judgeUnder([[asks(1)], [asks(2)]], records);
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
  const versions = ({ verdicts }: ReturnType<typeof judgeUnder>) =>
    verdicts.filter(({ ruleId }) => ruleId === 'large').map(({ ruleVersion, spanId }) => [ruleVersion, spanId.at(-1)]);
  const opens: TestRecord = { time: 0, spans: [root] };
  const epoch = (number: number): TestRecord => ({ time: number, epoch: number });
  const matching: TestSpan = { ...x, n: 4 };
  const other: TestSpan = { ...matching, span: 2 };

  it.each([
    ['edited away and back, and of a span that came meanwhile', [[large], [never], [edited(large.expression, 3)]]],
    ['edited so that it is of the whole trace', [[large], [ofTrace], [ofTrace]]],
    ['in shadow meanwhile, or has another severity', [[large], [edited(large.expression)], [edited(large.expression, 3)]]],
  ])('loses no match in an open trace: %s', (_what, epochs) => {
    const records = [opens, epoch(2), { time: 2, spans: [matching] }, epoch(3), { time: 4, spans: [matching, other] }, { time: 500 }];
    for (const beside of [[], [pair], [named]]) {
      expect(
        versions(
          judgeUnder(
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

  it('from a rule over the trace leaves open traces to the former version', () => {
    const records = [opens, { time: 1, spans: [matching] }, epoch(2), { time: 2, spans: [other] }, { time: 500 }];
    const { verdicts } = judgeUnder([[ruleOf('large', ofTrace.expression)], [edited(large.expression)]], records);
    expect(verdicts.map(({ ruleVersion, status }) => [ruleVersion, status])).toEqual([[1, 'open']]);
  });

  it('judges a span in progress of an open trace by its former version, and of a later trace by the new one', () => {
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
      expect(versions(judgeUnder([[large], [never]], records))).toEqual([[1, '1']]);
      expect(versions(judgeUnder([[edited(never.expression, 1)], [edited(large.expression)]], records))).toEqual([[2, '1']]);
    }
  });

  it('reports once what it could not judge, even after an absence', () => {
    const odd: TestSpan = { ...A_SPAN, parent: 9, nText: 'x' };
    const [asks, asksElse] = [1, 2].map((version) => ruleOf('asks', `attribute.n > ${version}`, { onError: 'undecided', version }));
    const records = [opens, epoch(2), { time: 2, spans: [odd] }, epoch(3), { time: 4, spans: [{ ...odd, span: 2 }] }, { time: 1_000 }];
    const told = (epochs: readonly (readonly RuleDefinition[])[]) =>
      judgeUnder(epochs, records).verdicts.map(({ status, ruleVersion, spanId }) => [status, ruleVersion, spanId.at(-1)]);
    expect(told([[asks!], [asksElse!], [asks!]])).toEqual([['undecided', 1, '1']]);
    expect(told([[asks!], [asks!, large], [asks!]])).toEqual([['undecided', 1, '1']]);
    expect(told([[asks!], [], [asks!]])).toEqual([['undecided', 1, '2']]);
    expect(told([[], [asks!], [asksElse!]])).toEqual([['undecided', 1, '1']]);
  });
});

describe('a span that a new rule cannot judge, in a trace that opened before it', () => {
  const odd: TestSpan = { ...A_SPAN, parent: 9, nText: 'x' };
  const heavy: TestSpan = { ...A_SPAN, parent: 9, nText: HEAVY_TEXT };
  const asks = ruleOf('asks', 'attribute.n > 4', { onError: 'undecided' });
  const fires = ruleOf('asks', 'attribute.n > 4', { onError: 'violation' });
  const slow = ruleOf('slow', `attribute.n matches "${HEAVY_PATTERN}"`);

  const briefly = ({ verdicts }: ReturnType<typeof judgeUnder>) =>
    verdicts.map(({ ruleId, status, spanId, undecided }) => [ruleId, status, spanId.at(-1), undecided?.code]);
  const forgotten = { time: 1_000 };

  it.each([
    ['a value of another type', asks, odd, 'value_type'],
    ['a text that takes too long', slow, heavy, 'step_limit'],
  ] as const)('is reported once, for the first span, in any order of arrival: %s', (_what, rule, span, code) => {
    const earlier = { ...span, span: 5, start: 900 };
    for (const spans of [
      [span, earlier, { ...earlier, nText: 'y' }, span],
      [earlier, span],
      [{ ...span, nText: '1' }, span, earlier],
    ]) {
      const came = spans.map((each, n) => ({ time: n + 2, spans: [each] }));
      const records = [{ time: 0, spans: [root] }, { time: 1, epoch: 2 }, ...came, forgotten];
      for (const beside of [[], [named], [pair]]) {
        const found = briefly(judgeUnder([beside, [...beside, rule]], records));
        expect(found.filter(([ruleId]) => ruleId === rule.id)).toEqual([[rule.id, 'undecided', '5', code]]);
      }
    }
  });

  it('is reported if it came before the rule existed', () => {
    const records = [{ time: 0, spans: [root, odd] }, { time: 1, epoch: 2 }, { time: 2, spans: [odd] }, forgotten];
    expect(briefly(judgeUnder([[], [asks]], records))).toEqual([['asks', 'undecided', '1', 'value_type']]);
    expect(briefly(judgeUnder([[], [fires]], records))).toEqual([['asks', 'open', '1', undefined]]);
  });

  it('is reported if it never ended', () => {
    const records = [{ time: 0, spans: [root] }, { time: 1, epoch: 2 }, { time: 2, spans: [{ ...odd, inProgress: true }] }, forgotten];
    expect(briefly(judgeUnder([[], [asks]], records))).toEqual([['asks', 'undecided', '1', 'value_type']]);
  });

  it('is not reported for a removed rule, nor by two versions of one', () => {
    const [before, after] = [
      { time: 0, spans: [root] },
      { time: 1, epoch: 2 },
    ];
    const records = [before, after, { time: 2, spans: [odd] }, { time: 3, epoch: 3 }, forgotten];
    expect(judgeUnder([[], [asks], []], records).verdicts).toEqual([]);
    const changed = { ...asks, version: 2, expression: 'attribute.n > 5' };
    expect(judgeUnder([[asks], [changed], [changed]], records).verdicts.map(({ ruleVersion }) => ruleVersion)).toEqual([1]);
  });

  it('is limited in number', () => {
    const traces = Array.from({ length: 30 }, (_, n) => n + 1);
    const records = [
      { time: 0, spans: traces.map((trace) => ({ ...root, trace })) },
      { time: 1, epoch: 2 },
      { time: 2, spans: traces.map((trace) => ({ ...odd, trace })) },
      forgotten,
    ];
    const { verdicts } = judgeUnder([[], [asks]], records);
    expect(verdicts.filter(({ undecided }) => undecided?.code === 'value_type')).toHaveLength(10);
    expect(verdicts.filter(({ undecided }) => undecided?.code === 'too_many')).toHaveLength(1);
  });
});
