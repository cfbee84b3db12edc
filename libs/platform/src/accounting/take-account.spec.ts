import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Accounts, type EvaluatedPartition, type ReceivedSpans } from './accounts.js';
import { latency } from './latency.js';
import { takeAccount } from './take-account.js';

const SINCE = new Date(0);

const received = (change: Partial<ReceivedSpans> = {}): ReceivedSpans => ({
  received: 0,
  logged: 0,
  answered: 0,
  rejected: {},
  own: 0,
  underWay: 0,
  unconfirmed: 0,
  bases: new Map([[0, 0]]),
  ends: new Map(),
  latencies: [],
  ...change,
});

const evaluated = (change: Partial<EvaluatedPartition> = {}): EvaluatedPartition => ({
  partition: 0,
  from: 0,
  position: 0,
  spans: 0,
  judged: 0,
  duplicates: 0,
  retried: 0,
  conflicts: 0,
  superseded: 0,
  rejected: {},
  moved: 0,
  expiredRecords: 0,
  openTraces: 0,
  ...change,
});

/** A process over a log of one partition; each record holds the given number of spans. */
function accountsOf(records: readonly number[], told: ReceivedSpans, partition: EvaluatedPartition, exclusive = true): Accounts {
  const accounts = new Accounts();
  accounts.receive = { decided: async () => true, now: () => told };
  accounts.evaluate = async () => ({ partitions: [partition], lacking: [], latencies: [] });
  accounts.log = {
    exclusive,
    ends: async () => new Map([[0, records.length]]),
    count: async (_partition, from, to) => records.slice(from, to).reduce((sum, spans) => sum + spans, 0),
  };
  return accounts;
}

describe('takeAccount', () => {
  it('balances for any start of receiving, start and position of the evaluator, and end of the log', async () => {
    const cut = fc
      .array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 })
      .chain((records) => fc.tuple(fc.constant(records), ...[0, 1, 2].map(() => fc.integer({ min: 0, max: records.length }))));
    await fc.assert(
      fc.asyncProperty(cut, fc.nat(5), async ([records, base = 0, from = 0, at = 0], own) => {
        const position = Math.max(from, at);
        const spansIn = (a: number, b: number) => records.slice(a, b).reduce((sum, spans) => sum + spans, 0);
        const logged = spansIn(base, records.length);
        const spans = spansIn(from, position);
        const told = received({
          received: logged + own,
          answered: logged,
          logged,
          own,
          bases: new Map([[0, base]]),
          ends: new Map([[0, Math.max(base, records.length)]]),
        });
        const { total, exact } = await takeAccount(accountsOf(records, told, evaluated({ from, position, spans, judged: spans })), SINCE);
        expect(exact).toBe(true);
        expect(total).toMatchObject({
          judged: spans,
          carried_over: spansIn(from, base),
          judged_before: spansIn(base, from),
          on_the_way: spansIn(position, records.length),
          unaccounted: 0,
        });
      }),
    );
  });

  it('reveals a logged span that was never judged, and a received one that was never counted', async () => {
    const told = received({ received: 7, answered: 7, logged: 7, ends: new Map([[0, 2]]) });
    const lost = await takeAccount(accountsOf([4, 2], told, evaluated({ position: 2, spans: 6, judged: 6 })), SINCE);
    expect([lost.exact, lost.total?.unaccounted, lost.hops.evaluate?.unaccounted]).toEqual([true, 1, 0]);
    const forgotten = await takeAccount(accountsOf([4, 3], told, evaluated({ position: 2, spans: 7, judged: 6 })), SINCE);
    expect([forgotten.total?.unaccounted, forgotten.hops.evaluate?.unaccounted]).toEqual([1, 1]);
  });

  it('names what it could not count', async () => {
    const told = received({ received: 7, answered: 7, logged: 7, unconfirmed: 3, ends: new Map([[0, 2]]) });
    const accounts = accountsOf([4, 3], told, evaluated({ position: 1, spans: 4, judged: 4 }));
    accounts.log = { ...accounts.log!, count: async () => undefined };
    accounts.receive = { ...accounts.receive!, decided: async () => false };
    const { exact, inexact, hops } = await takeAccount(accounts, SINCE);
    expect([exact, inexact]).toEqual([
      false,
      [
        'some appends to the log have no result yet',
        'the spans of partition 0 from offset 1 to 2 could not be counted',
        'the log did not confirm 3 spans, of which it may have some',
      ],
    ]);
    expect(hops.evaluate?.judged).toBe(4);
  });

  it('has no total if others append to the log, and then counts to its end', async () => {
    const accounts = accountsOf([1, 2, 3], received({ ends: new Map([[0, 1]]) }), evaluated({ position: 1, spans: 1, judged: 1 }), false);
    const told = await takeAccount(accounts, SINCE);
    expect(told.total).toBeUndefined();
    expect(told.hops.evaluate).toMatchObject({ in_log: 6, on_the_way: 5, unaccounted: 0 });
    accounts.log = { ...accounts.log!, ends: () => Promise.reject(new Error('no broker')) };
    expect((await takeAccount(accounts, SINCE)).inexact).toEqual(['the log does not tell where it ends: no broker']);
  });

  it('of a process without any hop is empty and exact', async () => {
    expect(await takeAccount(new Accounts(), SINCE)).toMatchObject({ exact: true, inexact: [], hops: {} });
  });
});

describe('latency', () => {
  it('uses the nearest rank, and is absent without values', () => {
    expect(latency([])).toEqual({ of: 0 });
    expect(latency([0.5])).toEqual({ of: 1, p50: 0.5, p95: 0.5, p99: 0.5, max: 0.5 });
    expect(latency(Array.from({ length: 100 }, (_, n) => (100 - n) / 10))).toEqual({ of: 100, p50: 5, p95: 9.5, p99: 9.9, max: 10 });
  });
});
