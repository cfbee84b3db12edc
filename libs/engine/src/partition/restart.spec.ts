import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryLog, logOfLongTraces, pausedLog, SMALL_SETTINGS, somePauses } from '../../../../test/fixtures/engine/arbitrary-log.js';
import { MODEL_RULES, nextVersion } from '../../../../test/fixtures/engine/model-rules.js';
import { retrySettings, someRetries, withRetries } from '../../../../test/fixtures/engine/retries.js';
import { DOUBTFUL_RULES, STRICT_RULES } from '../../../../test/fixtures/engine/strict-rules.js';
import { A_SPAN, logOf, type TestRecord } from '../../../../test/fixtures/engine/test-span.js';
import type { EngineRecord } from '../record.js';
import { RuleSet } from '../rules/rule-set.js';
import type { Verdict } from '../verdict/verdict.js';
import { PartitionEngine } from './partition.js';

/** Some spans are exported in progress; some of those also in other forms. */
const someInProgress = (records: readonly TestRecord[]): TestRecord[] =>
  records.map((record) =>
    'spans' in record ? { ...record, spans: record.spans.map((span) => (span.n === 6 ? { ...span, inProgress: true } : span)) } : record,
  );

/** Without the script, which costs a hundred times as much; rules over columns are buffered in the same way. */
const modelRules = MODEL_RULES.filter(({ definition }) => definition.id !== 'script');
const rules = modelRules.map(({ definition }) => definition);
/** Some rules of each kind with an `onError` setting, except those that need whole spans. */
const STRICT = ['alone-undecided', 'alone-violation', 'has-undecided', 'mixed-violation', 'ordered-undecided'];
const strict = [...STRICT_RULES.filter(({ id }) => STRICT.includes(id)), ...DOUBTFUL_RULES];
const RULE_SETS = new Map([
  [1, RuleSet.compile(1, [...rules.slice(1), ...strict.slice(1)])],
  [2, RuleSet.compile(2, [...rules, ...strict])],
  [
    3,
    RuleSet.compile(3, [
      ...modelRules.map((rule, i) => (i % 2 === 0 ? nextVersion(rule) : rule).definition).slice(0, -1),
      ...strict.map((rule, i) => (i % 3 === 0 ? { ...rule, version: 2 } : rule)),
    ]),
  ],
]);

interface Commit {
  readonly offset: number;
  readonly epoch: number;
  readonly logTime: number;
  readonly start: number;
  readonly paused: number;
}

const NOTHING: Commit = { offset: 0, logTime: Number.NEGATIVE_INFINITY, start: Number.NEGATIVE_INFINITY, paused: 0, epoch: 1 };

const engineFrom = (commit = NOTHING, settings = SMALL_SETTINGS): PartitionEngine =>
  new PartitionEngine({
    partition: 0,
    settings,
    ruleSetOf: (epoch) => RULE_SETS.get(epoch)!,
    initialEpoch: commit.epoch,
    judgeFrom: commit.offset,
    committedAt: commit.logTime,
    paused: commit.paused,
  });

/** `expect` compares two equal lists of verdicts far more slowly: it only runs on a difference, to report it. */
function expectSame(found: unknown, wanted: unknown): void {
  if (!isDeepStrictEqual(found, wanted)) expect(found).toEqual(wanted);
}

/**
 * Keyed by id, revision, first offset (a fragment of a trace counts revisions from 1), and the emitting record. A successor need not
 * publish what its predecessor found for the same records. A repeated verdict must be equal.
 */
function collect(into: Map<string, Verdict>, engine: PartitionEngine, log: readonly EngineRecord[]): void {
  for (const record of log) {
    engine.apply(record, (verdict) => {
      const key = `${verdict.id}:${verdict.revision}:${verdict.firstOffset}:${record.offset}`;
      const known = into.get(key);
      if (known !== undefined) expectSame(verdict, known);
      into.set(key, verdict);
    });
  }
}

const inOrder = (verdicts: ReadonlyMap<string, Verdict>): [string, Verdict][] => [...verdicts].sort(([a], [b]) => (a < b ? -1 : 1));

/** The engine dies after record `died` (not included); its successor starts as the architecture says. */
function restartedAt(log: readonly EngineRecord[], died: readonly number[], settings = SMALL_SETTINGS): Map<string, Verdict> {
  const found = new Map<string, Verdict>();
  let commit = NOTHING;
  for (const end of [...died, log.length]) {
    const engine = engineFrom(commit, settings);
    const start = log.findIndex(({ timestamp }) => timestamp >= commit.start);
    collect(found, engine, start < 0 ? [] : log.slice(start, end));
    expect(engine.lowWatermark()).toBeGreaterThanOrEqual(commit.offset);
    commit = engine.commitPoint() ?? commit;
  }
  return found;
}

const someDeaths = (max: number): fc.Arbitrary<number[]> => fc.array(fc.nat(max), { minLength: 1, maxLength: 12, size: 'max' });

/** With pauses and repeated spans. */
const someLog = (max: number, records = arbitraryLog(SMALL_SETTINGS, 3, max)): fc.Arbitrary<EngineRecord[]> =>
  fc
    .tuple(records, someRetries(max), somePauses(max))
    .map(([given, retries, pauses]) => logOf(pausedLog(withRetries(given, retries), pauses).paused));

describe('a successor', () => {
  it('has the verdicts of an undisturbed engine, wherever its predecessor ended', () => {
    fc.assert(
      fc.property(someLog(50), retrySettings, (log, settings) => {
        const undisturbed = new Map<string, Verdict>();
        collect(undisturbed, engineFrom(NOTHING, settings), log);
        for (let died = 0; died <= log.length; died++) {
          expectSame(inOrder(restartedAt(log, [died], settings)), inOrder(undisturbed));
        }
      }),
      { numRuns: 6 },
    );
  }, 120_000);

  it('does so when its own successors end too', () => {
    fc.assert(
      fc.property(someLog(80), retrySettings, someDeaths(80), (log, settings, deaths) => {
        const undisturbed = new Map<string, Verdict>();
        collect(undisturbed, engineFrom(NOTHING, settings), log);
        const died = deaths.map((death) => Math.min(death, log.length)).sort((a, b) => a - b);
        expectSame(inOrder(restartedAt(log, died, settings)), inOrder(undisturbed));
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  it('splits long traces into the same fragments', () => {
    fc.assert(
      fc.property(someLog(150, logOfLongTraces(3, 150)), retrySettings, someDeaths(150), (log, settings, deaths) => {
        const undisturbed = new Map<string, Verdict>();
        collect(undisturbed, engineFrom(NOTHING, settings), log);
        const died = deaths.map((death) => Math.min(death, log.length)).sort((a, b) => a - b);
        expectSame(inOrder(restartedAt(log, died, settings)), inOrder(undisturbed));
      }),
      { numRuns: 80 },
    );
  }, 120_000);

  it('knows the retries of spans before its context', () => {
    const settings = { ...SMALL_SETTINGS, retryWindow: 3_000 };
    const first = { ...A_SPAN, name: 'a' };
    const later = Array.from({ length: 12 }, (_, n) => ({ time: 1_200 + 200 * n, spans: [{ ...A_SPAN, trace: 10 + n }] }));
    const log = logOf([{ time: 1_000, spans: [first] }, ...later, { time: 3_700, spans: [first] }, { time: 9_000 }]);
    const undisturbed = new Map<string, Verdict>();
    collect(undisturbed, engineFrom(NOTHING, settings), log);
    expect([...undisturbed.values()].filter(({ firstOffset }) => firstOffset === 13)).toEqual([]);
    for (let died = 1; died <= log.length; died++) expectSame(inOrder(restartedAt(log, [died], settings)), inOrder(undisturbed));
  });

  it('does not judge a span again in a trace of its context that opened with a retry', () => {
    const settings = { ...SMALL_SETTINGS, retryWindow: 3_000 };
    // No span has its parent: each trace waits for it until it is idle.
    const slow = { ...A_SPAN, span: 6, parent: 40, n: 5, start: 1_086, duration: 2 };
    const other = { ...A_SPAN, span: 2, parent: 40, start: 1_104, duration: 9 };
    const elsewhere = (span: number) => ({ ...A_SPAN, trace: 9, span, parent: 40 });
    const log = logOf([
      { time: 1_000, spans: [slow, other] },
      { time: 2_000, spans: [other] },
      { time: 2_050, spans: [elsewhere(1)] },
      { time: 2_140, spans: [elsewhere(2)] },
      { time: 2_230, spans: [slow, elsewhere(3)] },
      { time: 2_320, spans: [elsewhere(4)] },
      { time: 2_410, spans: [elsewhere(5)] },
      { time: 2_480, spans: [elsewhere(6)] },
      { time: 9_000 },
    ]);
    const undisturbed = new Map<string, Verdict>();
    collect(undisturbed, engineFrom(NOTHING, settings), log);
    for (let died = 1; died <= log.length; died++) expectSame(inOrder(restartedAt(log, [died], settings)), inOrder(undisturbed));
  });

  it.each([
    ['while nothing is remembered', 3],
    ['while a trace is open', 4],
  ])('knows the epoch of its commit when the marker is before its context, %s', (_sentence, died) => {
    const span = { ...A_SPAN, name: 'a', duration: 9 };
    const log = logOf([
      { time: 0, spans: [span] },
      { time: 10, epoch: 3 },
      { time: 9_000 },
      { time: 9_001, spans: [span] },
      { time: 9_500 },
    ]);
    const found = [...restartedAt(log, [died]).values()];
    expect(found.filter(({ firstOffset }) => firstOffset === 3)).not.toEqual([]);
    for (const { firstOffset, ruleId, ruleVersion } of found) {
      const { definitions } = RULE_SETS.get(firstOffset === 0 ? 1 : 3)!;
      expect(definitions.find(({ id }) => id === ruleId)?.version).toBe(ruleVersion);
    }
  });

  it('emits in the same order', () => {
    fc.assert(
      fc.property(arbitraryLog(SMALL_SETTINGS, 3, 50), (records) => {
        const log = logOf(someInProgress(records));
        const twice = [0, 1].map(() => {
          const verdicts: Verdict[] = [];
          const engine = engineFrom();
          for (const record of log) engine.apply(record, (verdict) => verdicts.push(verdict));
          return verdicts;
        });
        expect(twice[0]).toEqual(twice[1]);
      }),
      { numRuns: 10 },
    );
  });
});
