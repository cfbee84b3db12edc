import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RuleDefinition } from '#records';
import { engineOf, ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { judgeUnder, large, named, pair, root, x } from '../../../../test/fixtures/engine/epoch-changes.js';
import { HEAVY_PATTERN, HEAVY_TEXT } from '../../../../test/fixtures/engine/heavy-text.js';
import { A_SPAN, logOf, spanIdOf, type TestRecord, type TestSpan, traceIdOf } from '../../../../test/fixtures/engine/test-span.js';
import type { Verdict } from '../verdict/verdict.js';

describe('a span that arrives again after the rules changed', () => {
  const homes = [
    ['judges no traces', [named]],
    ['has no rules', []],
    ['judges traces', [pair]],
  ] as const;

  it.each(homes)('with content that only a new rule reads is judged, in a trace whose home %s', (_home, rules) => {
    const [before, after] = [
      { time: 0, spans: [root] },
      { time: 1, epoch: 2 },
    ];
    const other = { ...x, n: 4 };
    const epochs = [[...rules], [...rules, large]];
    // Both under the new rules; the first under the old ones; the matching one first.
    for (const records of [
      [before, after, { time: 2, spans: [x] }, { time: 3, spans: [other] }],
      [before, { time: 0, spans: [x] }, after, { time: 3, spans: [other] }],
      [before, after, { time: 2, spans: [x, other] }],
      [before, after, { time: 2, spans: [other] }, { time: 3, spans: [x] }, { time: 4, spans: [other] }],
    ]) {
      expect(judgeUnder(epochs, records).told.filter((told) => told.startsWith('large'))).toEqual(['large 1']);
    }
  });

  it.each(homes)('unchanged is a duplicate, in a trace whose home %s', (_home, rules) => {
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
    const { told, accounting } = judgeUnder(epochs, records);
    expect(told.filter((each) => each.startsWith('large'))).toEqual(['large 1']);
    expect(accounting).toMatchObject({ evaluated: 2, duplicates: 5, conflicts: 0 });
  });

  it('does not count against max_spans', () => {
    const records = [
      { time: 0, spans: [root] },
      { time: 1, epoch: 2 },
      ...Array.from({ length: 20 }, (_, n) => ({ time: 2 + n, spans: [root, x] })),
      { time: 500 },
    ];
    expect(judgeUnder([[named], [large]], records).accounting).toMatchObject({ evaluated: 2, conflicts: 0, closed: { max_spans: 0 } });
  });

  it('is judged once, by the version under which its trace opened or by a later rule, and no match is lost', () => {
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
    /** A condition, or the same over the whole trace: a rule may change its kind. */
    const text = fc.tuple(fc.constantFrom(...texts), fc.constantFrom(false, false, false, true));
    /**
     * The rule's condition per epoch, or undefined while it is not in force. It may be edited, edited back and removed; other rules may
     * have the same condition.
     */
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
          /** By due verdict, the number of contents that match. */
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
          const { verdicts, accounting } = judgeUnder(sets, records);
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
            // No verdict is repeated, and a revision differs: for a rule about one span, it is the result of another version.
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

describe('a trace with a span in progress', () => {
  it('settles only after that span is judged, when the trace is forgotten', () => {
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
  it('have one order, for any other rules and any id of the trace', () => {
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
          answers.add(judgeUnder([rules], [{ time: 0, spans }, { time: 500 }]).told.filter((told) => told.startsWith('first')).length);
        }
      }
    }
    expect([...answers]).toHaveLength(1);
  });
});

describe('two contents of a span of which one cannot be compared', () => {
  it.each([
    ['a value of another type, that is a violation', 'attribute.n > 4', 'violation', { nText: 'x' }, 'open'],
    ['a value of another type, of a rule over the trace', 'trace.has(attribute.n > 4)', 'undecided', { nText: 'x' }, 'undecided'],
    ['a value of another type, of a rule about one span', 'attribute.n > 4', 'undecided', { nText: 'x' }, 'undecided'],
    ['a text that takes too long', `attribute.n matches "${HEAVY_PATTERN}"`, undefined, { nText: HEAVY_TEXT }, 'undecided'],
  ] as const)('are judged as two, in either order: %s', (_what, expression, onError, content, status) => {
    const { n: _n, ...missing } = x;
    const odd: TestSpan = { ...missing, ...content };
    for (const forms of [
      [x, odd],
      [odd, x],
      [missing, odd],
      [odd, missing],
    ]) {
      const records = [{ time: 0, spans: [root] }, ...forms.map((form, n) => ({ time: n + 1, spans: [form] })), { time: 500 }];
      const { verdicts, accounting } = judgeUnder([[ruleOf('r', expression, onError === undefined ? {} : { onError })]], records);
      expect([verdicts.map((verdict) => verdict.status), accounting.conflicts]).toEqual([[status], 1]);
    }
  });
});
