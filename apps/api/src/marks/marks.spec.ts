import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ViolationGroupList, ViolationGroupView } from '../groups/violation-group.dto.js';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { eventually } from '../testing/eventually.js';
import { publish, violation } from '../testing/violation.js';
import type { MarkList, MarkView } from './mark.dto.js';
import type { MuteList, MuteView } from './mute.dto.js';

const HOUR = 3_600_000;
const KEY = { 'x-api-key': 'secret-key-of-the-test' };

describe('marks and mutes', () => {
  let api: ApiUnderTest;
  let number = 0;
  let service: string;
  beforeAll(async () => {
    api = await ApiUnderTest.startIn({ BETRACE_API_KEY: KEY['x-api-key'] });
    const rule = { name: 'slow-requests', expression: 'span.duration > 1s', severity: 'HIGH' };
    expect((await ask('POST', '/v1/rules', rule)).status).toBe(201);
    expect((await ask('POST', '/v1/rules', { ...rule, name: 'Other rule', id: 'other' })).status).toBe(201);
  });
  beforeEach(() => {
    service = `service ${++number}`;
  });
  afterAll(() => api.close());

  const ask = <T = Record<string, unknown>>(method: string, path: string, body?: unknown) => api.ask<T>(method, path, body, KEY);
  const happens = async (id: string, hoursAgo: number, change: object = {}) => {
    const one = violation({ id: `viol-${number}-${id}`, timestamp_ms: Date.now() - hoursAgo * HOUR, service, ...change });
    await publish(api.log, one);
    await eventually(async () => ((await api.store.violation(one.id))?.revision === one.revision ? true : undefined));
    return one.id;
  };
  const find = async (query = '') =>
    (await ask<ViolationGroupList>('GET', `/v1/violations/groups?service=${encodeURIComponent(service)}${query}`)).body.groups;
  const group = async () => (await find())[0]!;

  it('an acknowledged group is neither new nor regressed until it comes back, and keeps who and when', async () => {
    await happens('a', 60);
    await happens('b', 2);
    const { id, state } = await group();
    expect([state, (await find('&state=regressed&acknowledged=false')).length]).toEqual(['regressed', 1]);
    const marked = await ask<MarkView>('POST', `/v1/violations/groups/${id}/marks`, { kind: 'acknowledged', note: 'INC-12\nsee there' });
    expect([marked.status, marked.body]).toEqual([
      201,
      { number: 1, kind: 'acknowledged', at: expect.any(String), by: 'api-key', note: 'INC-12\nsee there' },
    ]);
    expect(await group()).toMatchObject({ state: 'ongoing', acknowledged: { by: 'api-key', at: marked.body.at } });
    expect([
      (await find('&state=regressed')).length,
      (await find('&acknowledged=true&state=ongoing')).length,
      (await find('&acknowledged=false')).length,
    ]).toEqual([0, 1, 0]);
    // A problem that continues is not reported again.
    await happens('c', 1);
    expect((await group()).state).toBe('ongoing');
    await ask('POST', `/v1/violations/groups/${id}/marks`, { kind: 'unacknowledged' });
    expect((await group()).state).toBe('regressed');
    const { marks } = (await ask<MarkList>('GET', `/v1/violations/groups/${id}/marks`)).body;
    expect(marks.map(({ number: n, kind, by }) => [n, kind, by])).toEqual([
      [2, 'unacknowledged', 'api-key'],
      [1, 'acknowledged', 'api-key'],
    ]);
  });

  it('do not change the signed record', async () => {
    const id = await happens('a', 1);
    const before = (await ask('GET', `/v1/violations/${id}`)).body;
    for (const kind of ['acknowledged', 'note']) await ask('POST', `/v1/violations/${id}/marks`, { kind, note: 'x' });
    expect((await ask('GET', `/v1/violations/${id}`)).body).toEqual(before);
    expect((await ask('POST', `/v1/violations/${id}/verify`)).body).toMatchObject({ valid: true });
    const first = (await ask<MarkList>('GET', `/v1/violations/${id}/marks?limit=1`)).body;
    const second = (await ask<MarkList>('GET', `/v1/violations/${id}/marks?limit=1&cursor=${first.next}`)).body;
    expect([first.marks[0]?.kind, second.marks[0]?.kind, second.next]).toEqual(['note', 'acknowledged', undefined]);
  });

  it('concurrent marks are all kept', async () => {
    const id = await happens('a', 1);
    await Promise.all(Array.from({ length: 20 }, (_, i) => ask('POST', `/v1/violations/${id}/marks`, { kind: 'note', note: `${i}` })));
    const { marks } = (await ask<MarkList>('GET', `/v1/violations/${id}/marks`)).body;
    expect(marks.map(({ number: n }) => n)).toEqual(Array.from({ length: 20 }, (_, i) => 20 - i));
    expect(new Set(marks.map(({ note }) => note)).size).toBe(20);
  });

  it('a muted violation is stored, counted and shown as muted until the mute ends', async () => {
    await happens('a', 1);
    const everywhere = (await ask<MuteView>('POST', '/v1/mutes', { rule_id: 'slow-requests' })).body;
    expect(everywhere).toMatchObject({ rule_id: 'slow-requests', muted_by: 'api-key', active: true });
    await happens('b', 0.5);
    expect(await group()).toMatchObject({ muted: true, count: 2 });
    expect([(await find('&muted=false')).length, (await find('&muted=true')).length]).toEqual([0, 1]);
    const ended = await ask<MuteView>('DELETE', `/v1/mutes/${everywhere.id}`);
    expect([ended.status, ended.body]).toEqual([200, { ...everywhere, active: false, ended_at: expect.any(String), ended_by: 'api-key' }]);
    expect((await ask<MuteView>('DELETE', `/v1/mutes/${everywhere.id}`)).body).toEqual(ended.body);
    expect((await group()).muted).toBe(false);
  });

  it('a mute affects only its rule and service, and expires', async () => {
    await happens('a', 1);
    const mute = async (body: object) => (await ask<MuteView>('POST', '/v1/mutes', body)).body;
    const others = [
      await mute({ rule_id: 'slow-requests', service: 'another' }),
      await mute({ rule_id: 'Other rule', note: 'by its name' }),
    ];
    expect(others[1]).toMatchObject({ rule_id: 'other', note: 'by its name' });
    expect((await group()).muted).toBe(false);
    // It must last until the group is read: on a busy machine longer.
    let lasts = 1_500;
    const muteShortly = async () => {
      const until = new Date(Date.now() + lasts).toISOString();
      const short = await mute({ rule_id: 'slow-requests', service, until });
      return { short, until, muted: (await group()).muted };
    };
    let tried = await muteShortly();
    for (; !tried.muted && lasts < 60_000; tried = await muteShortly()) lasts *= 2;
    const { short, until, muted } = tried;
    expect([short.until, muted]).toEqual([until, true]);
    await eventually(async () => ((await group()).muted ? undefined : true));
    const active = (await ask<MuteList>('GET', '/v1/mutes')).body;
    expect([active.total, active.mutes.map(({ id }) => id).toSorted()]).toEqual([2, others.map(({ id }) => id).toSorted()]);
    expect(
      (await ask<MuteList>('GET', '/v1/mutes?active=false&rule_id=slow-requests')).body.mutes.find(({ id }) => id === short.id)?.active,
    ).toBe(false);
    const page = (await ask<MuteList>('GET', '/v1/mutes?limit=1')).body;
    const next = (await ask<MuteList>('GET', `/v1/mutes?limit=1&cursor=${page.next}`)).body;
    expect(new Set([...page.mutes, ...next.mutes].map(({ id }) => id))).toEqual(new Set(others.map(({ id }) => id)));
  });

  it('a mute until worse ends above twice the busiest hour of the last day, or a given number', async () => {
    const mute = async (body: object) => {
      const { id, ...view } = (await ask<MuteView>('POST', '/v1/mutes', { rule_id: 'slow-requests', service, ...body })).body;
      await ask('DELETE', `/v1/mutes/${id}`);
      return view.worse_above;
    };
    expect([await mute({ until_worse: true }), await mute({ worse_above: 7 }), await mute({}), await mute({ until_worse: false })]).toEqual(
      [10, 7, undefined, undefined],
    );
    for (let n = 0; n < 6; n++) await happens(`n-${n}`, 3.5);
    await happens('old', 30);
    expect(await mute({ until_worse: true })).toBe(12);
    expect(await mute({ until_worse: true, service: 'another' })).toBe(10);
    const muted = (await ask<MuteView>('POST', '/v1/mutes', { rule_id: 'slow-requests', service, worse_above: 1 })).body;
    await happens('a', 0, { timestamp_ms: Date.now() + 1 });
    expect((await group()).muted).toBe(true);
    await happens('b', 0, { timestamp_ms: Date.now() + 2 });
    expect((await group()).muted).toBe(false);
    const { mutes } = (await ask<MuteList>('GET', '/v1/mutes?active=false')).body;
    expect(mutes.find(({ id }) => id === muted.id)).toMatchObject({ active: false, got_worse: true, ended_at: expect.any(String) });
    // No person ended it, and none can now.
    expect((await ask<MuteView>('DELETE', `/v1/mutes/${muted.id}`)).body).not.toHaveProperty('ended_by');
  });

  it.each<[string, string, unknown, number, string]>([
    ['POST', '/v1/violations/viol-none/marks', { kind: 'note', note: 'a' }, 404, 'BT_API_VIOLATION_NOT_FOUND'],
    ['POST', '/v1/violations/groups/grp-none/marks', { kind: 'acknowledged' }, 404, 'BT_API_VIOLATION_GROUP_NOT_FOUND'],
    ['POST', '/v1/violations/groups/viol-1-a/marks', { kind: 'acknowledged' }, 404, 'BT_API_VIOLATION_GROUP_NOT_FOUND'],
    ['GET', '/v1/violations/viol-none/marks', undefined, 404, 'BT_API_VIOLATION_NOT_FOUND'],
    ['GET', '/v1/violations/groups/grp-none/marks', undefined, 404, 'BT_API_VIOLATION_GROUP_NOT_FOUND'],
    ['POST', '/v1/violations/viol-1-a/marks', { kind: 'note' }, 400, 'BT_HTTP_INVALID'],
    ['POST', '/v1/violations/viol-1-a/marks', { kind: 'note', note: '' }, 400, 'BT_HTTP_INVALID'],
    ['POST', '/v1/violations/viol-1-a/marks', { kind: 'note', note: ' \n' }, 400, 'BT_HTTP_INVALID'],
    ['POST', '/v1/violations/viol-1-a/marks', { kind: 'note', note: '\u0000' }, 400, 'BT_HTTP_INVALID'],
    ['POST', '/v1/violations/viol-1-a/marks', '{"kind": "note", "note": "\\ud800"}', 400, 'BT_HTTP_INVALID'],
    ['POST', '/v1/violations/viol-1-a/marks', { kind: 'note', note: 'x'.repeat(2_001) }, 400, 'BT_HTTP_INVALID'],
    ['POST', '/v1/violations/viol-1-a/marks', { kind: 'resolved' }, 400, 'BT_HTTP_INVALID'],
    ['POST', '/v1/violations/viol-1-a/marks', { kind: 'acknowledged', by: 'me' }, 400, 'BT_HTTP_INVALID'],
    ['POST', '/v1/mutes', { rule_id: 'none' }, 404, 'BT_API_RULE_NOT_FOUND'],
    ['POST', '/v1/mutes', {}, 400, 'BT_HTTP_INVALID'],
    ['POST', '/v1/mutes', { rule_id: 'other', until: '2020-01-01T00:00:00Z' }, 400, 'BT_API_MUTE_ENDED'],
    ['POST', '/v1/mutes', { rule_id: 'other', until: 'tomorrow' }, 400, 'BT_HTTP_INVALID'],
    ['POST', '/v1/mutes', { rule_id: 'other', until: -1 }, 400, 'BT_HTTP_INVALID'],
    ['POST', '/v1/mutes', { rule_id: 'other', until: null, service: 7 }, 400, 'BT_HTTP_INVALID'],
    ['POST', '/v1/mutes', { rule_id: 'other', worse_above: 0 }, 400, 'BT_HTTP_INVALID'],
    ['POST', '/v1/mutes', { rule_id: 'other', worse_above: 1.5 }, 400, 'BT_HTTP_INVALID'],
    ['POST', '/v1/mutes', { rule_id: 'other', worse_above: 100_001 }, 400, 'BT_HTTP_INVALID'],
    ['POST', '/v1/mutes', { rule_id: 'other', until_worse: 'yes' }, 400, 'BT_HTTP_INVALID'],
    ['POST', '/v1/mutes', { rule_id: 'other', until_worse: false, worse_above: 5 }, 400, 'BT_HTTP_INVALID'],
    ['POST', '/v1/mutes', { rule_id: 'other', service: 'shop \ud800' }, 400, 'BT_HTTP_INVALID'],
    ['DELETE', '/v1/mutes/mute-none', undefined, 404, 'BT_API_MUTE_NOT_FOUND'],
    ['GET', '/v1/mutes?cursor=x', undefined, 400, 'BT_STORE_BAD_CURSOR'],
    ['GET', '/v1/mutes?active=maybe', undefined, 400, 'BT_HTTP_INVALID'],
  ])('refuses %s %s %j', async (method, path, body, status, code) => {
    const answer = await ask(method, path, body);
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });

  it('refuses too many mutes, and says what to do', async () => {
    const now = Date.now();
    for (let i = 0; i < 1_000; i++) await api.store.addMute({ id: `m${i}`, ruleId: 'other', at: now, by: 'a' }, 1_000);
    const refused = await ask('POST', '/v1/mutes', { rule_id: 'other' });
    expect([refused.status, refused.body['code']]).toEqual([422, 'BT_API_TOO_MANY_MUTES']);
    expect((await ask<ViolationGroupView>('GET', `/v1/violations/groups/grp-none`)).status).toBe(404);
  });
});
