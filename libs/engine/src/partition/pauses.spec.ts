import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RuleDefinition } from '#records';
import { applyAll, engineOf, ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { arbitraryLog, logOfLongTraces, pausedLog, SMALL_SETTINGS, somePauses } from '../../../../test/fixtures/engine/arbitrary-log.js';
import { MODEL_RULES, nextVersion } from '../../../../test/fixtures/engine/model-rules.js';
import { A_SPAN, logOf, type TestRecord } from '../../../../test/fixtures/engine/test-span.js';
import type { Verdict } from '../verdict/verdict.js';

const modelRules = MODEL_RULES.filter(({ definition }) => definition.id !== 'script');
const rules = modelRules.map(({ definition }) => definition);
const epochs = [rules.slice(1), rules, modelRules.map((rule, i) => (i % 2 === 0 ? nextVersion(rule) : rule).definition).slice(0, -1)];

const charge = { ...A_SPAN, span: 1, name: 'charge' };
const audit = { ...A_SPAN, span: 2, parent: 1, name: 'audit' };
const unaudited = ruleOf('unaudited', 'trace.has(span.name == "charge") and not trace.has(span.name == "audit")');
const HOUR = 3_600_000;

describe('a pause of the log', () => {
  it('changes no verdict, except for its time and completeness', () => {
    const anyLog = fc.oneof(arbitraryLog(SMALL_SETTINGS, 3, 60), logOfLongTraces(3, 100));
    let incomplete = 0;
    fc.assert(
      fc.property(anyLog, somePauses(60), (records, pauses) => {
        const { paused, undisturbed, delays } = pausedLog(records, pauses);
        const timeOf = (log: readonly TestRecord[]): Map<number, number> => new Map(log.map(({ time }, i) => [time, delays[i]!]));
        const delayAt = timeOf(paused);
        const expected = applyAll(engineOf(epochs), undisturbed);
        const found = applyAll(engineOf(epochs), paused);
        const comparable = ({ complete: _, ...verdict }: Verdict) => verdict;
        expect(
          found.map((verdict) => ({ ...comparable(verdict), timestamp: verdict.timestamp - delayAt.get(verdict.timestamp)! })),
        ).toEqual(expected.map(comparable));
        for (const [i, { complete }] of found.entries()) {
          if (complete) expect(expected[i]!.complete).toBe(true);
          else if (expected[i]!.complete) incomplete++;
        }
      }),
      { numRuns: 60 },
    );
    expect(incomplete).toBeGreaterThan(0);
  }, 120_000);

  it.each([
    ['open', 5],
    ['closed, but remembered', 50],
  ])('does not count as silence of a trace that was %s: delayed spans are judged with the rest', (_state, before) => {
    const records = [
      { time: 0, spans: [charge] },
      { time: before + HOUR, pause: HOUR },
      { time: before + HOUR + 10, spans: [audit] },
    ];
    const verdicts = applyAll(engineOf([[unaudited]]), [...records, { time: 2 * HOUR }]);
    const standing = new Map(verdicts.map(({ id, status }) => [id, status]));
    expect([...standing.values()].filter((status) => status === 'open')).toEqual([]);
  });

  it('makes each trace across it incomplete', () => {
    const verdicts = applyAll(engineOf([[unaudited]]), [
      { time: 0, spans: [charge] },
      { time: HOUR, pause: HOUR - 5 },
      { time: HOUR + 1, spans: [{ ...charge, trace: 2 }] },
      { time: HOUR + 1_000 },
    ]);
    expect(verdicts.map(({ traceId, complete, timestamp }) => [traceId.at(-1), complete, timestamp])).toEqual([
      ['1', false, HOUR + 1_000],
      ['2', true, HOUR + 1_000],
    ]);
  });

  it('ends after earlier deadlines', () => {
    const verdicts = applyAll(engineOf([[unaudited]]), [
      { time: 0, spans: [charge] },
      { time: HOUR, pause: HOUR - 60 },
    ]);
    expect(verdicts.map(({ complete, closeReason }) => [complete, closeReason])).toEqual([[true, 'root_grace']]);
  });

  it('is never longer than the silence of the partition, regardless of its record', () => {
    const records = [{ time: 0, spans: [charge] }, { time: 10, pause: HOUR }, { time: 11, spans: [{ ...charge, trace: 2 }] }, { time: 35 }];
    const { logTime, nextDeadline } = (() => {
      const engine = engineOf([[unaudited]]);
      applyAll(engine, records);
      return { logTime: engine.logTime, nextDeadline: engine.nextDeadline() };
    })();
    expect(logTime).toBe(35);
    expect(nextDeadline).toBeGreaterThanOrEqual(35);
  });
});

describe('records that were deleted from the log', () => {
  const b = { ...A_SPAN, span: 3, parent: 1, name: 'b' };
  /** Each matches a trace that has a charge and nothing else, by another judge. */
  const REFUTABLE = [
    unaudited,
    ruleOf('few', 'trace.has(span.name == "charge") and trace.count(span.name == "audit") < 1'),
    ruleOf('of-span', 'span.name == "charge" and not trace.has(span.name == "audit")'),
    ruleOf('order', 'trace.has(span.name == "charge") and not trace.follows(span.name == "charge", span.name == "audit")'),
    ruleOf('script', 'for _, s in ipairs(trace.spans) do if s.name == "audit" then return false end end return true'),
  ];
  const LASTING = [
    ruleOf('alone', 'span.name == "charge"'),
    ruleOf('has', 'trace.has(span.name == "charge")'),
    ruleOf('many', 'trace.count(span.name == "charge" or span.name == "audit") >= 1'),
    ruleOf('pair', 'trace.has(x where x.name == "charge" and trace.has(span.name == "charge" and span.parent_id == x.parent_id))'),
  ];
  const settings = { ...SMALL_SETTINGS, rootGrace: 10, idleTimeout: 20, maxAge: 1_000, lateWindow: 30 };

  /** What is found where records between these two parts of the log were deleted. */
  function across(rules: readonly RuleDefinition[], before: readonly TestRecord[], after: readonly TestRecord[]): Verdict[] {
    const engine = engineOf([rules], { settings });
    const verdicts: Verdict[] = [];
    const take = (verdict: Verdict) => verdicts.push(verdict);
    const records = logOf([...before, ...after, { time: 1_000_000 }]);
    for (const [n, record] of records.entries()) {
      if (n === before.length) engine.interrupt();
      engine.apply(record, take);
    }
    return verdicts;
  }
  const last = (verdicts: readonly Verdict[]) => [...new Map(verdicts.map((one) => [one.id, one])).values()];
  const told = (verdicts: readonly Verdict[]) =>
    last(verdicts).map(({ ruleId, traceId, status, undecided, complete }) => [
      ruleId,
      traceId.at(-1),
      status,
      ...(undecided === undefined ? [] : [undecided.code]),
      ...(complete ? ['complete'] : []),
    ]);

  it.each([
    ['is open at the gap', 5],
    ['would have been kept open by a deleted span', 900],
  ])('prove no absence in a trace that %s: the rule is undecided, and certain verdicts stay', (_, next) => {
    const found = across([...REFUTABLE, ...LASTING], [{ time: 0, spans: [charge] }], [{ time: next, spans: [{ ...b, trace: 9 }] }]);
    const of1 = told(found).filter(([, trace]) => trace === '1');
    expect(of1.filter(([rule]) => LASTING.some(({ id }) => id === rule)).map(([rule, , status]) => [rule, status])).toEqual(
      expect.arrayContaining(LASTING.map(({ id }) => [id, 'open'])),
    );
    const undecided = of1.filter(([, , status]) => status === 'undecided');
    expect(undecided.toSorted()).toEqual(REFUTABLE.map(({ id }) => [id, '1', 'undecided', 'records_deleted']).toSorted());
    expect(undecided.length + LASTING.length).toBe(of1.length);
  });

  it('prove no absence in a trace that may have begun in them, until they are a silence ago', () => {
    const silence = settings.idleTimeout + settings.lateWindow;
    const after = [1, 2, 3].map((trace) => ({ time: 100 + [0, silence - 1, silence][trace - 1]!, spans: [{ ...charge, trace }] }));
    expect(told(across([unaudited], [{ time: 0 }], after))).toEqual([
      ['unaudited', '1', 'undecided', 'records_deleted'],
      ['unaudited', '2', 'undecided', 'records_deleted'],
      ['unaudited', '3', 'open', 'complete'],
    ]);
  });

  it('retract what was found in a closed trace, if a late span in them could refute it', () => {
    const found = across([unaudited, LASTING[1]!], [{ time: 0, spans: [charge] }, { time: 30 }], [{ time: 31 }]);
    expect(found.map(({ ruleId, revision, status, closeReason }) => [ruleId, revision, status, closeReason])).toEqual([
      ['has', 1, 'open', 'certain'],
      ['unaudited', 1, 'open', 'root_grace'],
      ['unaudited', 2, 'undecided', 'records_deleted'],
    ]);
    // A forgotten trace would not have received the span.
    expect(across([unaudited], [{ time: 0, spans: [charge] }, { time: 60 }], [{ time: 61 }])).toHaveLength(1);
  });

  it('leave a late span that decides it: the violation is retracted', () => {
    const found = across([unaudited], [{ time: 0, spans: [charge] }], [{ time: 10 }, { time: 20, spans: [audit] }]);
    expect(found.map(({ status }) => status)).toEqual(['undecided', 'retracted']);
  });

  it('do not show that a trace complies', () => {
    for (const deleted of [false, true]) {
      const passed: string[] = [];
      const engine = engineOf(
        [[{ ...ruleOf('quiet', 'trace.has(span.name == "refund")'), evidence: [{ framework: 'a', control: 'b' }] }]],
        {
          settings,
          passed: (_rules, _asked, trace) => passed.push(trace().traceId),
        },
      );
      const [first, ...later] = logOf([{ time: 0, spans: [charge] }, { time: 5 }, { time: 1_000 }]);
      engine.apply(first!, () => {});
      if (deleted) engine.interrupt();
      for (const record of later) engine.apply(record, () => {});
      expect(passed).toHaveLength(deleted ? 0 : 1);
    }
  });

  it('have the same effect on a successor that finds the log without them as on the engine that met the gap', () => {
    const after = [0, 10, 49, 50, 51].map((time, n) => ({ time: 100 + time, spans: [{ ...charge, trace: n + 1 }] }));
    const met = told(across([unaudited], [{ time: 90 }], after));
    const records = logOf([{ time: 90 }, ...after, { time: 1_000_000 }]).slice(1);
    const found: Verdict[] = [];
    const engine = engineOf([[unaudited]], { settings, lacksBefore: Number.POSITIVE_INFINITY });
    for (const record of records) engine.apply(record, (verdict) => found.push(verdict));
    expect(told(found)).toEqual(met);
    expect(met.map(([, , status]) => status)).toEqual(['undecided', 'undecided', 'undecided', 'open', 'open']);
    // If the deleted records are known to be old, traces begin in the remaining ones.
    const old: Verdict[] = [];
    const later = engineOf([[unaudited]], { settings, lacksBefore: 50 });
    for (const record of records) later.apply(record, (verdict) => old.push(verdict));
    expect(old.map(({ status }) => status)).toEqual(['open', 'open', 'open', 'open', 'open']);
  });
});
