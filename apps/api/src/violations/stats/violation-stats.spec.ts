import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiUnderTest } from '../../testing/api-under-test.js';
import { eventually } from '../../testing/eventually.js';
import { publish, violation } from '../../testing/violation.js';
import type { ViolationStats } from './violation-stats.dto.js';

describe('/v1/violations/stats', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await ApiUnderTest.start();
    const minute = (minutes: number) => 1_700_000_040_000 - (1_700_000_040_000 % 3_600_000) + minutes * 60_000;
    const of = (n: number, at: number, change: object = {}) => violation({ id: `viol-${n}`, timestamp_ms: minute(at), ...change });
    await publish(
      api.log,
      of(1, 0),
      of(2, 0.5, { severity: 'LOW', service: 'a' }),
      of(3, 9, { severity: 'LOW', service: 'b' }),
      of(4, 10, { rule_id: 'other', rule_name: 'Other rule', message: 'needle' }),
      of(5, 19, { status: 'retracted', revision: 2 }),
      of(6, 59, { severity: 'CRITICAL' }),
      of(7, 60),
      violation({ id: 'viol-now', timestamp_ms: Date.now() - 60_000, service: 'now' }),
    );
    await eventually(() => api.store.violation('viol-now'));
  });
  afterAll(() => api.close());

  const HOUR = 1_700_000_040 - (1_700_000_040 % 3_600);
  const RANGE = `start_time=${HOUR}&end_time=${HOUR + 3_600}`;
  const ask = async (query: string) => (await api.ask<ViolationStats>('GET', `/v1/violations/stats?${query}`)).body;

  it('counts over time what the list would answer', async () => {
    expect(await ask(`${RANGE}&interval=10m`)).toEqual({
      start_time: HOUR,
      end_time: HOUR + 3_600,
      interval_seconds: 600,
      buckets: [0, 1, 2, 3, 4, 5].map((n) => HOUR + n * 600),
      total: 5,
      counts: [3, 1, 0, 0, 0, 1],
    });
    for (const filter of ['', '&severity=low', '&service=b', '&status=all', '&status=retracted', '&q=needle', '&rule_id=other']) {
      const { body } = await api.ask('GET', `/v1/violations?${RANGE}${filter}`);
      expect([filter, (await ask(RANGE + filter)).total]).toEqual([filter, body['total']]);
    }
  });

  it('in groups, the largest first, and all others together', async () => {
    expect(await ask(`${RANGE}&interval=30m&group_by=severity`)).toMatchObject({
      group_by: 'severity',
      groups: [
        { key: 'HIGH', total: 2, counts: [2, 0] },
        { key: 'LOW', total: 2, counts: [2, 0] },
        { key: 'CRITICAL', total: 1, counts: [0, 1] },
      ],
    });
    expect(await ask(`${RANGE}&interval=30m&group_by=service&groups=1`)).toMatchObject({
      groups: [{ key: 'checkout', total: 3, counts: [2, 1] }],
      others: { groups: 2, total: 2, counts: [2, 0] },
    });
    const rules = await ask(`${RANGE}&group_by=rule_id`);
    expect(rules.groups?.map(({ key, rule_name, total }) => [key, rule_name, total])).toEqual([
      ['slow-requests', 'slow-requests', 4],
      ['other', 'Other rule', 1],
    ]);
    expect(rules).not.toHaveProperty('others');
    expect((await ask(`${RANGE}&group_by=status`)).groups?.map(({ key, total }) => [key, total])).toEqual([
      ['open', 5],
      ['retracted', 1],
    ]);
  });

  it('counts the last 24 hours by default, and zeros without violations', async () => {
    const last = await ask('');
    expect([last.total, last.end_time - last.start_time, last.buckets.length <= 60]).toEqual([1, 86_400, true]);
    expect(last.counts).toHaveLength(last.buckets.length);
    const nothing = await ask('start_time=0&end_time=1&group_by=service');
    expect(nothing).toMatchObject({ total: 0, counts: [0], groups: [] });
    expect(nothing).not.toHaveProperty('others');
    // In the future too.
    expect(await ask(`start_time=${Math.ceil(Date.now() / 1_000) + 9_000}`)).toMatchObject({ total: 0 });
  });

  it('says how far back a slow text search got', async () => {
    const { violationCounts } = api.store;
    api.store.violationCounts = async (...asked) => ({
      ...(await violationCounts.apply(api.store, asked)),
      countedFrom: HOUR * 1_000 + 1_500,
    });
    try {
      expect(await ask(`${RANGE}&q=needle&interval=1h`)).toMatchObject({ total: 1, total_is: 'at_least', counted_from: HOUR + 1.5 });
    } finally {
      api.store.violationCounts = violationCounts;
    }
    for (const key of ['total_is', 'counted_from']) expect(await ask(`${RANGE}&q=needle&interval=1h`)).not.toHaveProperty(key);
  });

  it.each([
    [`${RANGE}&interval=1s`, 'BT_API_TOO_MANY_BUCKETS'],
    [`start_time=5&end_time=5`, 'BT_API_TIME_RANGE_EMPTY'],
    [`start_time=6&end_time=5`, 'BT_API_TIME_RANGE_EMPTY'],
    ['interval=0', 'BT_HTTP_INVALID'],
    ['interval=60', 'BT_HTTP_INVALID'],
    ['interval=1.5s', 'BT_HTTP_INVALID'],
    ['interval=-5m', 'BT_HTTP_INVALID'],
    ['interval=x', 'BT_HTTP_INVALID'],
    ['group_by=trace_id', 'BT_HTTP_INVALID'],
    ['groups=0', 'BT_HTTP_INVALID'],
    ['groups=101', 'BT_HTTP_INVALID'],
    ['limit=5', 'BT_HTTP_INVALID'],
    [`start_time=${'9'.repeat(400)}`, 'BT_HTTP_INVALID'],
    ['end_time=0', 'BT_API_TIME_RANGE_EMPTY'],
  ])('refuses %s', async (query, code) => {
    const { status, body } = await api.ask('GET', `/v1/violations/stats?${query}`);
    expect([status, body['code']]).toEqual([400, code]);
  });

  it.each(['8640000000000', '9007199254740'])('accepts any time: %s', async (end) => {
    expect(await ask(`start_time=0&end_time=${end}&interval=${Math.ceil(Number(end) / 900)}s`)).toMatchObject({ total: 8 - 1 });
    expect((await ask(`start_time=0&end_time=${end}`)).total).toBe(7);
  });
});
