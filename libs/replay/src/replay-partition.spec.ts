import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Accounting, type AssemblySettings, type EngineRecord, RuleSet, type Verdict } from '#engine';
import { type LogRecord } from '#messaging';
import { CONTROL_EPOCH_PREFIX, CONTROL_HEADER, CONTROL_PAUSE_PREFIX, CONTROL_TICK, type RuleDefinition } from '#records';
import { engineOf, ruleOf } from '../../../test/fixtures/engine/apply-all.js';
import { arbitraryLog, logOfLongTraces, pausedLog, SMALL_SETTINGS, somePauses } from '../../../test/fixtures/engine/arbitrary-log.js';
import { spanRule, traceRule } from '../../../test/fixtures/engine/arbitrary-rule.js';
import { A_SPAN, logOf, type TestRecord } from '../../../test/fixtures/engine/test-span.js';
import { type ReplayLimits, replayPartition } from './replay-partition.js';
import type { ReplayedLog } from './replayed-log.js';
import { spansRange } from './spans-range.js';

/** A partition whose records before `start` were deleted. */
function logWith(records: readonly LogRecord[], start = 0): ReplayedLog {
  const kept = records.filter(({ offset }) => offset >= start);
  const end = records.length;
  return {
    shared: false,
    partitions: () => 1,
    bounds: async () => ({ start: kept[0]?.offset ?? 0, end }),
    offsetAt: async (_topic, _partition, timestamp) => kept.find((record) => record.timestamp >= timestamp)?.offset ?? end,
    async *read(topic, partition, from, to = end) {
      // Small batches, so that a replay stops and continues within traces.
      const asked = kept.filter(({ offset }) => offset >= from && offset < to);
      for (let i = 0; i < asked.length; i += 3) yield { topic, partition, records: asked.slice(i, i + 3), endOffset: end };
    },
  };
}

/** The log's form of a record for an engine. */
function recordOf(record: EngineRecord): LogRecord {
  const { offset, timestamp } = record;
  if (record.kind === 'spans') return { offset, timestamp, value: record.value };
  const control =
    record.kind === 'epoch'
      ? `${CONTROL_EPOCH_PREFIX}${record.epoch}`
      : record.kind === 'pause'
        ? `${CONTROL_PAUSE_PREFIX}${record.pause}`
        : CONTROL_TICK;
  return { offset, timestamp, value: new Uint8Array(), headers: { [CONTROL_HEADER]: control } };
}

interface Found {
  readonly verdicts: readonly Verdict[];
  readonly closed: readonly number[];
  readonly limits: ReplayLimits;
  readonly judgeFrom: number;
  readonly until: number;
}

interface Asked {
  readonly from?: number;
  readonly to?: number;
  readonly start?: number;
  readonly settings?: AssemblySettings;
}

async function replay(records: readonly TestRecord[], rule: RuleDefinition, { start = 0, settings = SMALL_SETTINGS, ...time }: Asked = {}) {
  const log = logWith(logOf(records).map(recordOf), start);
  const range = await spansRange(log, 0, time, settings);
  const verdicts: Verdict[] = [];
  const closed: number[] = [];
  const options = {
    log,
    settings,
    rules: RuleSet.compile(1, [rule]),
    accounting: new Accounting(),
    foreignProducers: false,
    monotonic: () => 0,
  };
  const limits = await replayPartition(range, options, {
    verdict: (verdict) => verdicts.push(verdict),
    closed: (firstOffset) => closed.push(firstOffset),
    reached: () => {},
    final: () => {},
    applied: async () => {},
    defect: (_offset, error) => {
      throw error;
    },
  });
  const found: Found = { verdicts, closed, limits, judgeFrom: range.judgeFrom, until: range.until };
  return found;
}

/** The results of an evaluator that judges the whole log from its start, by this rule and another. */
function live(records: readonly TestRecord[], rule: RuleDefinition, settings = SMALL_SETTINGS) {
  const other = ruleOf('other', 'span.service == "s2" and attribute.n > 2');
  const verdicts: Verdict[] = [];
  const closed: number[] = [];
  const engine = engineOf([[other, rule], [rule, other], [rule]], { settings, closed: (firstOffset) => closed.push(firstOffset) });
  for (const record of logOf(records)) engine.apply(record, (verdict) => verdicts.push(verdict));
  return { verdicts: verdicts.filter(({ ruleId }) => ruleId === rule.id), closed };
}

const sameRange = ({ judgeFrom, until }: Found, { verdicts, closed }: ReturnType<typeof live>) => {
  const isIn = (offset: number): boolean => offset >= judgeFrom && offset < until;
  return { verdicts: verdicts.filter(({ firstOffset }) => isIn(firstOffset)), closed: closed.filter(isIn) };
};

/** A range within a log, as shares of its time. */
const part = fc.tuple(fc.nat(100), fc.nat(100)).map(([a, b]) => [Math.min(a, b) / 100, Math.max(a, b) / 100] as const);

function timesOf(records: readonly TestRecord[], [from, to]: readonly [number, number]): { from: number; to: number } {
  const [first, last] = [records[0]!.time, records.at(-1)!.time];
  const at = (share: number): number => first + Math.round((last - first) * share);
  return { from: at(from), to: at(to) };
}

const rules = fc.oneof(spanRule, traceRule).map(({ text }) => ruleOf('r', text));

describe('a replay of a partition', () => {
  it("has an evaluator's verdicts, revision by revision, with any other rules", async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(arbitraryLog(SMALL_SETTINGS, 1), rules, async (records, rule) => {
        const replayed = await replay(records, rule);
        found += replayed.verdicts.length;
        expect({ verdicts: replayed.verdicts, closed: replayed.closed }).toEqual(live(records, rule));
      }),
      { numRuns: 60 },
    );
    expect(found).toBeGreaterThan(200);
  });

  it('has the same verdicts when other rules changed meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryLog(SMALL_SETTINGS, 3), rules, async (records, rule) => {
        const replayed = await replay(records, rule);
        const found = live(records, rule);
        expect({ verdicts: replayed.verdicts, closed: replayed.closed }).toEqual(found);
      }),
      { numRuns: 60 },
    );
  });

  it("has an evaluator's verdicts for traces that began in a part of the log, across pauses too", async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(
        arbitraryLog(SMALL_SETTINGS, 1, 120).chain((records) => fc.tuple(fc.constant(records), somePauses(records.length))),
        rules,
        part,
        async ([records, pauses], rule, shares) => {
          const { paused } = pausedLog(records, pauses);
          const replayed = await replay(paused, rule, timesOf(paused, shares));
          found += replayed.verdicts.length;
          expect({ verdicts: replayed.verdicts, closed: replayed.closed }).toEqual(sameRange(replayed, live(paused, rule)));
        },
      ),
      { numRuns: 100 },
    );
    expect(found).toBeGreaterThan(50);
  });

  it('splits long traces where an evaluator does', async () => {
    await fc.assert(
      fc.asyncProperty(logOfLongTraces(1, 200), rules, part, async (records, rule, shares) => {
        const replayed = await replay(records, rule, timesOf(records, shares));
        expect({ verdicts: replayed.verdicts, closed: replayed.closed }).toEqual(sameRange(replayed, live(records, rule)));
      }),
      { numRuns: 60 },
    );
  });

  it('detects spans that come again after their trace was forgotten', async () => {
    const settings = { ...SMALL_SETTINGS, retryWindow: 5_000 };
    await fc.assert(
      fc.asyncProperty(arbitraryLog(settings, 1, 120), rules, part, fc.nat(119), async (records, rule, shares, at) => {
        const again = records[at % records.length]!;
        const late = [...records, { ...again, time: records.at(-1)!.time + 1_000 }, { time: records.at(-1)!.time + 4_000 }];
        const sent = late.filter((record) => !('epoch' in record));
        const replayed = await replay(sent, rule, { ...timesOf(sent, shares), settings });
        expect({ verdicts: replayed.verdicts, closed: replayed.closed }).toEqual(sameRange(replayed, live(sent, rule, settings)));
      }),
      { numRuns: 60 },
    );
  });

  it('judges no trace whose beginning the log has deleted', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryLog(SMALL_SETTINGS, 1, 150), rules, fc.nat(60), async (records, rule, start) => {
        const replayed = await replay(records, rule, { start: Math.min(start, records.length - 1) });
        expect({ verdicts: replayed.verdicts, closed: replayed.closed }).toEqual(sameRange(replayed, live(records, rule)));
      }),
      { numRuns: 60 },
    );
  });

  it('counts the open traces at its end and at its beginning', async () => {
    const time = 1_700_000_000_000;
    const at = (ms: number, trace: number): TestRecord => ({ time: time + ms, spans: [{ ...A_SPAN, trace, parent: 9 }] });
    const records = [at(0, 1), at(40, 2), at(90, 3), { time: time + 145 }, at(160, 4)];
    const { closed, limits } = await replay(records, ruleOf('r', 'trace.span_count == 1'), { from: time + 30 });
    expect({ closed, limits }).toEqual({ closed: [1], limits: { open: 2, before: 1, deleted: 0 } });
  });
});
