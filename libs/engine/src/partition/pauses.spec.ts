import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
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
  ])('is not silence of a trace that was %s: held-back spans are judged with the rest', (_state, before) => {
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

  it('is never longer than the partition was silent, whatever its record says', () => {
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
  it('make each remembered trace incomplete, also one that the next record closes', () => {
    for (const next of [10, HOUR]) {
      const engine = engineOf([[unaudited]]);
      const verdicts: Verdict[] = [];
      const [first, ...later] = logOf([
        { time: 0, spans: [charge] },
        { time: next, spans: [{ ...charge, trace: 2 }] },
        { time: next + HOUR },
      ]);
      engine.apply(first!, (verdict) => verdicts.push(verdict));
      engine.interrupt();
      for (const record of later) engine.apply(record, (verdict) => verdicts.push(verdict));
      expect(verdicts.map(({ traceId, complete }) => [traceId.at(-1), complete])).toEqual([
        ['1', false],
        ['2', true],
      ]);
    }
  });
});
