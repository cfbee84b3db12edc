import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { contextWindow, PartitionEngine, RuleSet, type Verdict } from '#engine';
import { controlOf, type LogRecord, openLog, readAll, topicSpecifications } from '#messaging';
import { TOPICS } from '#records';
import { ruleOf } from '../../../test/fixtures/engine/apply-all.js';
import { A_SPAN, logOf } from '../../../test/fixtures/engine/test-span.js';
import { INGEST_DUE, IngestTime } from './ingest-time.js';

const SETTINGS = { rootGrace: 2_000, idleTimeout: 10_000, maxAge: 60_000, lateWindow: 30_000, maxSpans: 1_000, memoryBudget: 1e9 };
const unaudited = ruleOf('unaudited', 'trace.has(span.name == "charge") and not trace.has(span.name == "audit")');
const charge = { ...A_SPAN, span: 1, name: 'charge' };
const audit = { ...A_SPAN, span: 2, parent: 1, name: 'audit' };
const START = 1_700_000_000_000;

type Told = { readonly at: number; readonly control: string } | { readonly at: number; readonly spans: readonly (typeof charge)[] };

/** Records as stored in Kafka. */
function recordsOf(told: readonly Told[]): LogRecord[] {
  return told.map((one, offset) => {
    const timestamp = START + one.at;
    if ('control' in one) return { offset, timestamp, value: new Uint8Array(0), headers: { 'betrace-control': one.control } };
    const [record] = logOf([{ time: timestamp, spans: one.spans }]);
    return { offset, timestamp, value: record?.kind === 'spans' ? record.value : new Uint8Array(0) };
  });
}

const NOTHING = { offset: 0, logTime: Number.NEGATIVE_INFINITY, start: Number.NEGATIVE_INFINITY, paused: 0, epoch: 1 };
const engineOf = (commit = NOTHING, settings: Partial<typeof SETTINGS> = {}): PartitionEngine =>
  new PartitionEngine({
    partition: 0,
    settings: { ...SETTINGS, ...settings },
    ruleSetOf: () => RULES,
    initialEpoch: commit.epoch,
    judgeFrom: commit.offset,
    committedAt: commit.logTime,
    paused: commit.paused,
  });
const RULES = RuleSet.compile(1, [unaudited]);

function apply(engine: PartitionEngine, time: IngestTime, records: readonly LogRecord[], found: Map<string, Verdict>): void {
  for (const record of records) {
    const control = controlOf(record);
    const { timestamp, pause } = time.take(record, control);
    const { offset, value } = record;
    const sink = (verdict: Verdict) => void found.set(`${verdict.id}:${verdict.revision}`, verdict);
    if (control === undefined) engine.apply({ kind: 'spans', offset, timestamp, value, ...(pause > 0 ? { pause } : {}) }, sink);
    else if (pause > 0) engine.apply({ kind: 'pause', offset, timestamp, pause }, sink);
    else engine.apply({ kind: 'tick', offset, timestamp }, sink);
  }
}

/** Ingest is present from one moment to another: it appends a presence record every two seconds. */
const present = (from: number, to: number): Told[] =>
  Array.from({ length: Math.floor((to - from) / 2_000) + 1 }, (_, n) => ({ at: from + n * 2_000, control: 'alive' }));

const standing = (found: ReadonlyMap<string, Verdict>): Verdict[] => {
  const last = new Map([...found.values()].map((verdict) => [verdict.id, verdict]));
  return [...last.values()].filter(({ status }) => status === 'open');
};
const judge = (told: readonly Told[], settings: Partial<typeof SETTINGS> = {}): Verdict[] => {
  const found = new Map<string, Verdict>();
  apply(engineOf(NOTHING, settings), new IngestTime(() => 0), recordsOf(told), found);
  return standing(found);
};

const HOUR = 3_600_000;
const outage = (others: readonly Told[] = []): Told[] => [
  ...present(0, 4_000),
  { at: 4_500, spans: [charge] },
  ...others,
  { at: HOUR, control: 'alive' },
  { at: HOUR + 10, spans: [audit] },
  ...present(HOUR + 2_000, HOUR + 60_000),
];

describe('the time of ingest over Kafka', () => {
  it('stands still while all ingest is down: held-back spans are judged with the rest', () => {
    expect(judge(outage())).toEqual([]);
  });

  it.each<[string, Told[]]>([
    ['ticks', [10, 20, 30, 600, 3_000].map((seconds) => ({ at: seconds * 1_000, control: 'tick' }))],
    ['a change of rules', [{ at: 700_000, control: 'epoch:1' }]],
    ['a barrier', [{ at: 50_000, control: 'barrier:b-1' }]],
  ])('stands still regardless of what evaluators and APIs append: %s', (_, others) => {
    expect(judge(outage(others))).toEqual([]);
  });

  /** The audit was under way when the brokers hung: they accept it first, before any presence record. */
  const underWay = (length: number): Told[] => [
    ...present(0, 4_000),
    { at: 4_500, spans: [charge] },
    ...[1, 2, 3, 5, 10, 100].map((second) => ({ at: 4_500 + second * 1_000, control: 'tick' })).filter(({ at }) => at < 4_500 + length),
    { at: 4_500 + length, spans: [audit] },
    ...present(4_510 + length, length + 60_000),
  ];

  it.each([5_001, 8_000, 12_000, 60_000, HOUR])(
    'stands still in an outage of %d ms whose first record holds spans that were in flight',
    (length) => {
      const tooShort = { rootGrace: 1_600, idleTimeout: 1_600, lateWindow: 0 };
      expect(judge(underWay(length), tooShort)).toEqual([]);
    },
  );

  it('passes in the first second and a half of an outage, and in one of less than five seconds', () => {
    expect(judge(underWay(60_000), { rootGrace: 1_400, idleTimeout: 1_400, lateWindow: 0 })).toHaveLength(1);
    expect(judge(underWay(4_900), { rootGrace: 1_600, idleTimeout: 1_600, lateWindow: 0 })).toHaveLength(1);
  });

  it('is never stopped permanently by senders that stop, however rarely they send', () => {
    const seldom = Array.from({ length: 12 }, (_, n) => ({
      at: 20_000 + n * 15_000,
      spans: [{ ...charge, trace: 9, span: n + 5, name: 'x' }],
    }));
    const told = [...present(0, 4_000), ...seldom, { at: 250_000, spans: [charge] }, { at: 400_000, control: 'tick' }];
    expect(judge(told).map(({ complete }) => complete)).toEqual([true]);
  });

  it('continues while any ingest works: a trace silent then is silent', () => {
    const told = [...present(0, 4_000), { at: 4_500, spans: [charge] }, ...present(6_000, 120_000), { at: 120_500, spans: [audit] }];
    expect(judge(told.toSorted((a, b) => a.at - b.at)).map(({ ruleId, complete }) => [ruleId, complete])).toEqual([['unaudited', true]]);
  });

  it('is the time of the records if ingest records no presence, or stops doing so', () => {
    expect(
      judge([
        { at: 0, spans: [charge] },
        { at: 60_000, control: 'tick' },
        { at: 60_010, spans: [audit] },
      ]),
    ).toHaveLength(1);
    const older = Array.from({ length: 40 }, (_, n) => ({
      at: 10_000 + n * 3_000,
      spans: [{ ...charge, trace: 9, span: n + 5, name: 'x' }],
    }));
    const told = [...present(0, 4_000), ...older, { at: 131_000, spans: [charge] }, { at: 260_000, control: 'tick' }];
    expect(judge(told)).toHaveLength(1);
  });

  it('is the same for a successor, wherever its predecessor ended', async () => {
    const step = fc.record({
      after: fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: 1, max: 2_500 }) },
        { weight: 1, arbitrary: fc.integer({ min: 5_000, max: 200_000 }) },
      ),
      kind: fc.constantFrom('spans', 'spans', 'alive', 'alive', 'alive', 'tick', 'epoch:1'),
      trace: fc.integer({ min: 1, max: 6 }),
      isUnderWay: fc.boolean(),
      name: fc.constantFrom('charge', 'audit', 'x'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), fc.nat(60), async (steps, death) => {
        let at = 0;
        let span = 1;
        const told = steps.flatMap(({ after, kind, trace, name, isUnderWay }): Told[] => {
          at += after;
          // As in ingest: after an outage it appends its presence first, unless spans were under way.
          const said: Told[] = after > 2_500 && kind === 'spans' && !isUnderWay ? [{ at, control: 'alive' }] : [];
          return [...said, kind === 'spans' ? { at, spans: [{ ...A_SPAN, trace, span: span++, name }] } : { at, control: kind }];
        });
        const records = recordsOf(told);
        const undisturbed = new Map<string, Verdict>();
        apply(engineOf(), new IngestTime(() => 0), records, undisturbed);
        const found = new Map<string, Verdict>();
        const died = Math.min(death, records.length);
        const first = engineOf();
        apply(first, new IngestTime(() => 0), records.slice(0, died), found);
        const commit = first.commitPoint() ?? NOTHING;
        const from = Math.min(commit.start, commit.logTime - contextWindow(SETTINGS));
        const context = records.findIndex(({ timestamp }) => timestamp >= from);
        const start = Math.max(0, Math.min(commit.offset, context));
        const time = new IngestTime(() => 0);
        for (const record of records.slice(Math.max(0, start - 100), start)) time.take(record, controlOf(record));
        apply(engineOf(commit), time, records.slice(start), found);
        expect([...found].sort()).toEqual([...undisturbed].sort());
      }),
      { numRuns: 60 },
    );
  });

  it('is read from the log before the first record', async () => {
    const log = await openLog({ kind: 'embedded', topics: topicSpecifications({ partitions: 1 }), writer: 'direct' });
    const headers = { 'betrace-control': 'alive' };
    for (let i = 0; i < 3; i++) await log.append(TOPICS.spans, [{ partition: 0, value: new Uint8Array(0), headers }]);
    let now = 0;
    const time = await IngestTime.before(log, 0, 3, () => now);
    expect(time.isStopped).toBe(false);
    now = INGEST_DUE + 1;
    expect(time.isStopped).toBe(true);
    const { timestamp } = (await readAll(log, TOPICS.spans, 0))[2]!;
    const late = { offset: 3, timestamp: timestamp + 60_000, value: new Uint8Array(0) };
    expect(time.take({ ...late, headers: { 'betrace-control': 'tick' } }, { kind: 'tick' }).timestamp).toBe(timestamp + INGEST_DUE);
    expect(time.take({ ...late, headers }, { kind: 'alive' })).toEqual({ timestamp: late.timestamp, pause: 60_000 - INGEST_DUE });
    expect(time.isStopped).toBe(false);
    await log.close();
  });
});
