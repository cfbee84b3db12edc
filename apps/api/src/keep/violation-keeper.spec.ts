import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { type Log, logProblem } from '#messaging';
import { registerMetrics } from '#platform';
import { TOPICS } from '#records';
import type { Store } from '#store';
import { API_METRICS } from '../metrics.js';
import { eventually } from '../testing/eventually.js';
import { logAndStore, silent } from '../testing/log-and-store.js';
import { publish, violation } from '../testing/violation.js';
import { ViolationKeeper } from './violation-keeper.js';

describe('ViolationKeeper', () => {
  let log: Log;
  let store: Store;
  let registry: Registry;
  let keep: ViolationKeeper;

  const start = async (): Promise<void> => {
    registry = new Registry();
    keep = new ViolationKeeper(log, store, registerMetrics(API_METRICS, registry), silent);
    await keep.start();
  };

  beforeEach(async () => {
    ({ log, store } = await logAndStore());
    await start();
  });

  afterEach(async () => {
    await keep.stop();
    await log.close();
    await store.close();
  });

  const kept = (count: number) =>
    eventually(async () => {
      const { violations, total } = await store.violations({}, { limit: 100 });
      return total === count ? violations : undefined;
    });

  it('stores violations of every partition as they were signed', async () => {
    const there = { partition: 1, first_offset: 0, last_offset: 0 };
    const records = [violation(), violation({ id: 'viol-2', log: there })];
    await publish(log, ...records);
    const violations = await kept(2);
    expect(violations.map(({ record }) => JSON.parse(record))).toEqual(expect.arrayContaining(records));
    expect(violations[0]).toMatchObject({ ruleId: 'slow-requests', severity: 'HIGH', timestampMs: 1_699_000_002_345, status: 'open' });
  });

  it('keeps the newest revision', async () => {
    await publish(log, violation(), violation({ revision: 2, status: 'retracted' }), violation());
    await eventually(async () => ((await store.violation('viol-1'))?.revision === 2 ? true : undefined));
    expect(await store.violation('viol-1')).toMatchObject({ revision: 2, status: 'retracted' });
  });

  it('reports violations deleted from the log before they were stored, and continues', async () => {
    const values = { from: 3, to: 7, partition: 0, topic: TOPICS.violations, path: 'x.db', group: 'g' };
    keep.missing(logProblem('BT_LOG_RECORDS_MISSING', values), 0);
    await publish(log, violation());
    await kept(1);
    expect(await keep.check()).toMatch(/^BT_LOG_RECORDS_MISSING: Records 3 to 7 /);
    expect(await registry.metrics()).toContain('betrace_violations_missing_total{reader="keep"} 5');
  });

  it('skips and counts records that are not violations', async () => {
    await log.append(TOPICS.violations, [
      { partition: 0, value: Buffer.from('not JSON') },
      { partition: 0, value: Buffer.from('{"id":"x"}') },
    ]);
    await publish(log, violation());
    await kept(1);
    expect(await registry.metrics()).toContain('betrace_violations_unreadable_total{reader="keep"} 2');
  });

  it('restarts at 0 with a log that ends before its position, because it was replaced', async () => {
    await publish(log, violation(), violation(), violation());
    await eventually(async () => ((await store.position('keep', 0)) === 3 ? true : undefined));
    await keep.stop();
    await log.close();
    ({ log } = await logAndStore());
    await publish(log, violation({ id: 'viol-2' }));
    await start();
    await kept(2);
    await publish(log, violation({ id: 'viol-3' }));
    await kept(3);
  });

  it('restarts at 0 with a longer log that lacks its position, and misses nothing', async () => {
    await publish(log, violation(), violation());
    await eventually(async () => ((await store.position('keep', 0)) === 2 ? true : undefined));
    await keep.stop();
    await log.close();
    ({ log } = await logAndStore());
    await publish(log, ...[2, 3, 4, 5].map((n) => violation({ id: `viol-${n}` })));
    await start();
    await kept(5);
  });

  it('misses nothing of a log that was created again, was empty while this process ran, and is longer at the next start', async () => {
    await publish(log, violation(), violation());
    await eventually(async () => ((await store.position('keep', 0)) === 2 ? true : undefined));
    await keep.stop();
    await log.close();
    ({ log } = await logAndStore());
    const keeper = () => new ViolationKeeper(log, store, registerMetrics(API_METRICS, new Registry()), silent);
    expect(await keeper().assigned(0, undefined, 0)).toBe(0);
    await publish(log, ...[2, 3, 4, 5].map((n) => violation({ id: `viol-${n}` })));
    // The group has a position of this log, which followed its empty beginning.
    expect(await keeper().assigned(0, { offset: 0, metadata: '' }, 0)).toBe(0);
  });

  it('resumes after the last stored violation', async () => {
    await publish(log, violation());
    await kept(1);
    await keep.stop();
    await publish(log, violation({ id: 'viol-2' }));
    await start();
    await kept(2);
    expect(await registry.metrics()).toContain('betrace_violations_kept_total 1');
  });
});
