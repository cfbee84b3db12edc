import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { eventually } from '../testing/eventually.js';
import { publish, violation } from '../testing/violation.js';
import type { ViolationGroupList, ViolationGroupView } from './violation-group.dto.js';

const HOUR = 3_600_000;

describe('/v1/violations/groups', () => {
  let api: ApiUnderTest;
  const now = Date.now();
  beforeAll(async () => {
    api = await ApiUnderTest.start();
    const of = (n: number, hours: number, change: object = {}) =>
      violation({ id: `viol-${n}`, timestamp_ms: now - hours * HOUR, ...change });
    await publish(
      api.log,
      of(1, 90),
      of(2, 50),
      of(3, 49),
      of(4, 30, { service: 'cart' }),
      of(5, 2, { service: 'cart' }),
      of(6, 1.5, { rule_id: 'other', rule_name: 'Other rule', severity: 'LOW' }),
      of(7, 1, { rule_id: 'other', rule_name: 'Other rule', severity: 'LOW' }),
      of(8, 3, { rule_id: 'gone' }),
      of(8, 2, { rule_id: 'gone', revision: 2, status: 'retracted' }),
      of(9, 4, { rule_id: 'odd', status: 'undecided' }),
    );
    await eventually(() => api.store.violation('viol-9'));
  });
  afterAll(() => api.close());

  const ask = async (query = '') => (await api.ask<ViolationGroupList>('GET', `/v1/violations/groups?${query}`)).body;
  const names = async (query: string) => (await ask(query)).groups.map(({ rule_id, service }) => `${rule_id} ${service}`);

  it('answers groups by rule and service, last seen first, with state, times and counts', async () => {
    const { groups, total, next } = await ask();
    expect([total, next]).toEqual([3, undefined]);
    expect(groups).toEqual([
      {
        id: expect.stringMatching(/^grp-[0-9a-f]{32}$/),
        rule_id: 'other',
        rule_name: 'Other rule',
        severity: 'LOW',
        service: 'checkout',
        fingerprint: '1:725304e570b4458f',
        operation: 'slow-operation',
        state: 'new',
        muted: false,
        first_seen: (now - 1.5 * HOUR) / 1_000,
        last_seen: (now - HOUR) / 1_000,
        count: 2,
        counts: { open: 2, undecided: 0, retracted: 0 },
      },
      expect.objectContaining({ rule_id: 'slow-requests', service: 'cart', state: 'regressed', count: 2 }),
      expect.objectContaining({ rule_id: 'slow-requests', service: 'checkout', state: 'ongoing', count: 3 }),
    ]);
    expect((await api.ask<ViolationGroupView>('GET', `/v1/violations/groups/${groups[0]!.id}`)).body).toEqual(groups[0]);
  });

  it.each([
    ['rule_id=other', ['other checkout']],
    ['service=cart', ['slow-requests cart']],
    ['severity=low,critical', ['other checkout']],
    ['state=new', ['other checkout']],
    ['state=regressed', ['slow-requests cart']],
    ['state=ongoing', ['slow-requests checkout']],
    ['status=undecided', ['odd checkout']],
    ['status=retracted', ['gone checkout']],
    ['status=all&q=O', ['other checkout', 'slow-requests cart', 'odd checkout', 'gone checkout', 'slow-requests checkout']],
    ['q=oThEr%20RULE', ['other checkout']],
    ['q=%25', []],
    ['limit=500&state=new&service=cart', []],
  ])('filters by %s', async (query, groups) => {
    expect((await names(query)).toSorted()).toEqual(groups.toSorted());
  });

  it('counts the violations of a period, and omits groups without any', async () => {
    const seconds = (hours: number) => (now - hours * HOUR) / 1_000;
    const { groups, total } = await ask(`start_time=${seconds(52)}&end_time=${seconds(20)}`);
    expect([total, groups.map(({ service, count, counts }) => [service, count, counts.open])]).toEqual([
      2,
      [
        ['cart', 1, 2],
        ['checkout', 2, 3],
      ],
    ]);
  });

  it('answers pages', async () => {
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await ask(`status=all&limit=2${cursor}`);
      expect(page.total).toBe(5);
      seen.push(...page.groups.map(({ id }) => id));
      if (page.next === undefined) break;
      cursor = `&cursor=${page.next}`;
    }
    expect(new Set(seen).size).toBe(5);
    expect(seen).toEqual((await ask('status=all')).groups.map(({ id }) => id));
  });

  it.each([
    ['?limit=0', 400, 'BT_HTTP_INVALID'],
    ['?limit=501', 400, 'BT_HTTP_INVALID'],
    ['?state=old', 400, 'BT_HTTP_INVALID'],
    ['?trace_id=a', 400, 'BT_HTTP_INVALID'],
    ['?group_id=a', 400, 'BT_HTTP_INVALID'],
    [`?q=${'x'.repeat(201)}`, 400, 'BT_HTTP_INVALID'],
    ['?q=%00', 400, 'BT_HTTP_INVALID'],
    ['?start_time=yesterday', 400, 'BT_HTTP_INVALID'],
    ['?cursor=x', 400, 'BT_STORE_BAD_CURSOR'],
    ['/grp-none', 404, 'BT_API_VIOLATION_GROUP_NOT_FOUND'],
  ])('refuses %s', async (path, status, code) => {
    const answer = await api.ask('GET', `/v1/violations/groups${path}`);
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });

  it("groups violations of one operation despite ids in its name, and lists a group's violations", async () => {
    const named = (n: number, span_name: string, change: object = {}) =>
      violation({ id: `viol-${n}`, timestamp_ms: now - n, service: 'orders', metadata: { span_name }, ...change });
    await publish(
      api.log,
      named(11, 'GET /orders/17'),
      named(12, 'GET /orders/9f86d081-884c-7d65-9a2f-eaa0c55ad015'),
      named(13, 'GET /orders/18'),
      named(14, 'POST /orders'),
      named(15, 'POST /orders', { status: 'undecided', undecided: { code: 'step_limit', reason: 'r' } }),
    );
    await eventually(() => api.store.violation('viol-15'));
    const { groups } = await ask('service=orders&status=all');
    expect(groups.map(({ operation, error_kind, count }) => [operation, error_kind, count])).toEqual([
      ['GET /orders/{n}', undefined, 2],
      ['GET /orders/{id}', undefined, 1],
      ['POST /orders', undefined, 1],
      ['POST /orders', 'step_limit', 1],
    ]);
    expect((await ask('q=get%20/orders')).groups.map(({ operation }) => operation)).toEqual(['GET /orders/{n}', 'GET /orders/{id}']);
    const list = await api.ask<{ total: number; violations: { id: string }[] }>('GET', `/v1/violations?group_id=${groups[0]!.id}`);
    expect(list.body.violations.map(({ id }) => id)).toEqual(['viol-11', 'viol-13']);
    const of = async (id: string) => (await ask(`violation_id=${id}&status=all`)).groups.map(({ operation }) => operation);
    expect([await of('viol-12'), await of('viol-15'), await of('none')]).toEqual([['GET /orders/{id}'], ['POST /orders'], []]);
    const stats = await api.ask<{ total: number }>('GET', `/v1/violations/stats?group_id=${groups[0]!.id}&start_time=${now / 1_000 - 9}`);
    expect(stats.body.total).toBe(2);
  });
});
