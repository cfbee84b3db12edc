import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RuleDefinition } from '#records';
import { applyAll, ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { A_SPAN, logOf, spanIdOf, type TestRecord, type TestSpan } from '../../../../test/fixtures/engine/test-span.js';
import { PartitionEngine } from '../partition/partition.js';
import { RuleSet } from '../rules/rule-set.js';
import type { Verdict } from './verdict.js';

const SETTINGS = { rootGrace: 20, idleTimeout: 100, maxAge: 300, lateWindow: 200, maxSpans: 50, memoryBudget: 1e9 };

/** Never ends on a trace with a span "loop", until it has a span "end". */
const endless = ruleOf(
  'endless',
  `local loops, ends = false, false
   for _, s in ipairs(trace.spans) do
     if s.name == "loop" then loops = true end
     if s.name == "end" then ends = true end
   end
   if loops and not ends then while true do end end
   return trace.spans[1].name == "bad"`,
);
const hungry = ruleOf('hungry', 'local s = "x" for i = 1, 60 do s = s .. s end return #s > 5');
const many = ruleOf('many', 'local t = {} for i = 1, 251 do t[i] = i end return math.max(table.unpack(t)) > 1000');
const deep = ruleOf('deep', 'local function f(n) return 1 + f(n + 1) end return f(1) > 0');

function engine(rules: readonly RuleDefinition[], more: { judgeFrom?: number; timeout?: number } = {}): PartitionEngine {
  const set = RuleSet.compile(1, rules, { timeout: more.timeout ?? 0.2 });
  return new PartitionEngine({ partition: 0, settings: SETTINGS, ruleSetOf: () => set, initialEpoch: 1, ...more });
}

const span = (trace: number, name: string, n = 1): TestSpan => ({
  ...A_SPAN,
  trace,
  span: n,
  parent: n === 1 ? 0 : 1,
  name,
  start: 1000 + n,
});
const facts = ({ revision, status, before, undecided }: Verdict) => [revision, status, before, undecided?.code];

describe('a rule that cannot be judged', () => {
  it.each([
    ['takes too many steps', endless, 'step_limit'],
    ['makes too much text', hungry, 'memory_limit'],
    ['calls too deeply', deep, 'depth_limit'],
    ['hands over too many values at once', many, 'depth_limit'],
  ])('is undecided when it %s', (_sentence, rule, code) => {
    const [verdict, ...more] = applyAll(engine([rule], { timeout: 2_000 }), [{ time: 0, spans: [span(1, 'loop')] }, { time: 50 }]);
    expect(more).toEqual([]);
    expect(verdict).toMatchObject({
      status: 'undecided',
      revision: 1,
      undecided: { code },
      spanId: spanIdOf(1),
      closeReason: 'root_grace',
    });
    expect(verdict!.message).toBe(`${rule.name} could not be judged: ${verdict!.undecided!.reason}`);
    const { summary, tree } = verdict!.explanation;
    expect(summary).toBe(verdict!.undecided!.reason);
    // A span rule that is undecided about its trace was not evaluated on a particular span.
    expect([tree?.outcome, tree?.sentence]).toEqual(rule === endless ? ['undecided', summary] : [undefined, undefined]);
  });

  it('is undecided when it ends in an error outside the language, which is no match', () => {
    const set = RuleSet.compile(1, [
      ruleOf('order', 'trace.before(span.name == "a", span.name == "b")'),
      ruleOf('bits', 'trace.count(span.name == "a") == 1'),
    ]);
    const broken = (): never => {
      throw new TypeError('a defect');
    };
    for (const rule of set.compiled.rules) Object.assign(rule, rule.judge === undefined ? { conclude: broken } : { judge: broken });
    const partition = new PartitionEngine({ partition: 0, settings: SETTINGS, ruleSetOf: () => set, initialEpoch: 1 });
    const verdicts = applyAll(partition, [{ time: 0, spans: [span(1, 'a'), span(1, 'b', 2)] }, { time: 50 }]);
    expect(verdicts.map(({ ruleId, undecided }) => [ruleId, undecided])).toEqual([
      ['bits', { code: 'internal_error', reason: 'a defect' }],
      ['order', { code: 'internal_error', reason: 'a defect' }],
    ]);
    expect(partition.accounting.rule('bits').undecided).toEqual(new Map([['internal_error', 1]]));
  });

  it('is decided by a late span: violated, or resolved', () => {
    const late = (name: string): TestRecord[] => [
      { time: 0, spans: [span(1, name)] },
      { time: 10, spans: [span(1, 'loop', 2)] },
      { time: 50 },
      { time: 60, spans: [span(1, 'end', 3)] },
    ];
    expect(applyAll(engine([endless]), late('bad')).map(facts)).toEqual([
      [1, 'undecided', undefined, 'step_limit'],
      [2, 'open', 'undecided', undefined],
    ]);
    expect(applyAll(engine([endless]), late('good')).map(facts)).toEqual([
      [1, 'undecided', undefined, 'step_limit'],
      [2, 'retracted', 'undecided', undefined],
    ]);
  });

  it('is judged again when the spans have doubled, and before the trace is forgotten, not at each late span', () => {
    const partition = engine([endless]);
    const tries = (): number => [...partition.accounting.rule('endless').errors.values()].reduce((sum, count) => sum + count, 0);
    const lateSpan = (n: number): TestRecord => ({ time: 60, spans: [span(1, n === 40 ? 'end' : 'other', n)] });
    const first = [
      { time: 0, spans: [span(1, 'bad'), span(1, 'loop', 2), ...Array.from({ length: 10 }, (_, n) => span(1, 'other', n + 3))] },
      { time: 50 },
    ];
    const log = logOf([...first, ...Array.from({ length: 30 }, (_, n) => lateSpan(n + 13)), { time: 1_000 }]);
    const verdicts: Verdict[] = [];
    const triesAfter = log.map((record) => {
      partition.apply(record, (verdict) => verdicts.push(verdict));
      return tries();
    });
    // At the close and the first eight late spans, when the trace has 20 spans; then at 40 spans, one of which is the end.
    expect(triesAfter.slice(1, 12)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9]);
    expect(triesAfter.at(-1)).toBe(9);
    expect(verdicts.slice(0, 10).map(({ status }) => status)).toEqual([...Array.from({ length: 9 }, () => 'undecided'), 'open']);
    expect(facts(verdicts[9]!)).toEqual([10, 'open', 'undecided', undefined]);
  });

  it('waits with many spans from the first time on, and ends with the judgement of the whole trace', () => {
    const settings = { ...SETTINGS, maxSpans: 5_000 };
    const set = RuleSet.compile(1, [endless], { timeout: 20 });
    const partition = new PartitionEngine({ partition: 0, settings, ruleSetOf: () => set, initialEpoch: 1 });
    const spans = [span(1, 'bad'), span(1, 'loop', 2), ...Array.from({ length: 1_000 }, (_, n) => span(1, 'other', n + 3))];
    const records = [{ time: 0, spans }, { time: 50 }, { time: 60, spans: [span(1, 'end', 2_000)] }];
    const verdicts = applyAll(partition, records);
    expect(verdicts.map(facts)).toEqual([[1, 'undecided', undefined, 'step_limit']]);
    partition.apply({ kind: 'tick', offset: 100, timestamp: 1_000 }, (verdict) => verdicts.push(verdict));
    expect(verdicts.slice(1).map(facts)).toEqual([[2, 'open', 'undecided', undefined]]);
  });

  it('ends with the judgement of the whole trace, however many late spans it waited for', () => {
    const others = Array.from({ length: 24 }, (_, n) => span(1, 'other', n + 3));
    const middle = fc.shuffledSubarray(['loop', 'end'], { minLength: 0 }).map((names) => names.map((name, n) => span(1, name, n + 40)));
    const root = fc.constantFrom('bad', 'good').map((name) => span(1, name));
    const order = fc.tuple(root, middle, fc.boolean()).chain(([first, some, rootFirst]) =>
      fc
        .shuffledSubarray([...(rootFirst ? [] : [first]), ...some, ...others], {
          minLength: others.length + some.length + (rootFirst ? 0 : 1),
        })
        .map((spans) => (rootFirst ? [first, ...spans] : spans)),
    );
    const standing = (records: readonly TestRecord[]): unknown => {
      const last = new Map<string, Verdict>();
      for (const verdict of applyAll(engine([endless]), [...records, { time: 2_000 }])) last.set(verdict.id, verdict);
      return [...last.values()]
        .filter(({ status }) => status !== 'retracted')
        .map(({ id, status, undecided, spanId, message }) => [id, status, undecided?.code, spanId, message]);
    };
    fc.assert(
      fc.property(order, fc.integer({ min: 1, max: 12 }), (spans, together) => {
        // The first ones close the trace; the others are late, one by one.
        const late = spans.slice(together).map((one, n) => ({ time: 150 + n, spans: [one] }));
        const records = [{ time: 0, spans: spans.slice(0, together) }, { time: 140 }, ...late];
        expect(standing(records)).toEqual(standing([{ time: 0, spans }]));
      }),
      { numRuns: 60 },
    );
  });

  it('keeps its violations on spans, and is undecided about the others', () => {
    const rule = ruleOf('spans', 'if span.name == "loop" then while true do end end return span.name == "bad" and #trace.spans > 0');
    const spans = [span(1, 'bad'), span(1, 'loop', 2), span(1, 'bad', 3)];
    const verdicts = applyAll(engine([rule]), [{ time: 0, spans }, { time: 50 }]);
    expect(verdicts.map(({ status, spanId }) => [status, spanId])).toEqual([
      ['open', spanIdOf(1)],
      ['undecided', spanIdOf(1)],
    ]);
    expect(new Set(verdicts.map(({ id }) => id)).size).toBe(2);
  });

  it('is undecided on a trace that it cannot see whole, unless the seen spans show a final violation', () => {
    const absent = ruleOf(
      'absent',
      'trace.has(a where a.name == "a" and not trace.has(span.name == "b" and span.attributes.n == a.attributes.n))',
    );
    const present = ruleOf(
      'present',
      'trace.has(a where a.name == "a" and trace.has(span.name == "x" and span.start_time > a.start_time))',
    );
    const order = ruleOf('order', 'trace.before(span.name == "a", span.name == "x")');
    const none = ruleOf('none', 'trace.before(span.name == "q", span.name == "r")');
    const bits = ruleOf('bits', 'trace.has(span.name == "q")');
    const spans = [span(1, 'a'), ...Array.from({ length: 60 }, (_, n) => span(1, n === 48 ? 'b' : 'x', n + 2))];
    const verdicts = applyAll(engine([absent, present, order, none, bits]), [{ time: 0, spans }, { time: 50 }]);
    const last = new Map(verdicts.map((verdict) => [verdict.ruleId, `${verdict.status} ${verdict.undecided?.code}`]));
    expect(last).toEqual(
      new Map([
        ['present', 'open undefined'],
        ['absent', 'undecided max_spans'],
        ['order', 'undecided max_spans'],
        ['none', 'undecided max_spans'],
      ]),
    );
  });
});

describe('many undecided verdicts', () => {
  const START = 600_000;
  /** This number of traces, one per millisecond, that cannot be judged. */
  const flood = (traces: number, from = START): TestRecord[] =>
    Array.from({ length: traces }, (_, n) => ({ time: from + n, spans: [span(from + n, 'loop')] }));

  it('are published singly up to ten, the rest in one record that counts them', () => {
    const partition = engine([endless, ruleOf('fine', 'trace.has(span.name == "loop")')]);
    const verdicts = applyAll(partition, [...flood(200), { time: START + 1_000 }, { time: START + 60_499 }, { time: START + 60_500 }]);
    const undecided = verdicts.filter(({ status }) => status === 'undecided');
    expect(undecided.filter(({ undecided }) => undecided!.code === 'step_limit')).toHaveLength(10);
    const counts = undecided.filter(({ undecided }) => undecided!.code === 'too_many');
    expect(counts.map(({ revision, metadata, timestamp }) => [revision, metadata['undecided'], timestamp])).toEqual([
      [1, 1, expect.any(Number)],
      [2, 190, START + 60_500],
    ]);
    expect(new Set(counts.map(({ id, traceId, firstOffset }) => `${id} ${traceId} ${firstOffset}`)).size).toBe(1);
    expect(counts[0]!.undecided!.reason).toContain('at least 1 more undecided verdict of this rule');
    expect(counts[1]!.undecided!.reason).toMatch(/^190 more undecided verdicts of this rule/);
    expect(counts.map(({ metadata }) => metadata['final'])).toEqual([false, true]);
    expect(verdicts.filter(({ ruleId }) => ruleId === 'fine')).toHaveLength(200);
    expect(partition.accounting.rule('endless').undecided.get('step_limit')).toBe(200);
    expect([partition.nextDeadline(), partition.memory]).toEqual([undefined, 0]);
  });

  it('get a final count even if it stays at one', () => {
    const verdicts = applyAll(engine([endless]), [...flood(11), { time: START + 60_500 }]);
    const counts = verdicts.filter(({ undecided }) => undecided!.code === 'too_many');
    expect(counts.map(({ revision, metadata }) => [revision, metadata])).toEqual([
      [1, { undecided: 1, final: false }],
      [2, { undecided: 1, final: true }],
    ]);
    expect(counts[1]!.message).toMatch(/: 1 more undecided verdict of this rule .*this trace is the first$/);
  });

  it('have the same deadlines, so that an idle partition publishes the last count', () => {
    const partition = engine([endless]);
    applyAll(partition, [...flood(20), { time: START + 1_000 }]);
    expect(partition.nextDeadline()).toBe(START + 60_000 + SETTINGS.maxAge + SETTINGS.lateWindow);
  });

  it('are the same for a successor, wherever it begins', () => {
    const fine = Array.from({ length: 40 }, (_, n) => ({ time: START + 500 + n * 9_000, spans: [span(9_000_000 + n, 'x')] }));
    const floods = [...flood(30), ...flood(15, START + 30_000), ...flood(15, START + 59_990), ...flood(3, START + 90_000)];
    const log = logOf([...floods, ...fine, ...flood(12, START + 250_000), { time: START + 500_000 }].toSorted((a, b) => a.time - b.time));
    const run = (partition: PartitionEngine, seen: (offset: number) => void = () => {}): Map<string, readonly [number, string]> => {
      const found = new Map<string, readonly [number, string]>();
      for (const record of log) {
        partition.apply(record, (verdict) => found.set(`${verdict.id} ${verdict.revision}`, [record.offset, JSON.stringify(verdict)]));
        seen(record.offset);
      }
      return found;
    };
    const first = engine([endless]);
    /** For each commit point, the first record after which it could be committed. */
    const points = new Map<number, number>();
    const expected = run(first, (offset) => {
      const point = first.commitPoint()?.offset ?? 0;
      if (!points.has(point)) points.set(point, offset);
    });
    expect(points.size).toBeGreaterThan(10);
    for (const [judgeFrom, committedAt] of points) {
      const found = run(engine([endless], { judgeFrom }));
      for (const [key, verdict] of found) expect(verdict).toEqual(expected.get(key));
      for (const [key, [offset]] of expected) if (offset > committedAt) expect(found.has(key)).toBe(true);
    }
  }, 60_000);
});
