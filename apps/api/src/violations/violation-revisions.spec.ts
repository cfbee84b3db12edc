import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keyRing, verifyViolation } from '#signing';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { eventually } from '../testing/eventually.js';
import { publish, violation } from '../testing/violation.js';

interface Revisions {
  readonly id: string;
  readonly standing: { readonly revision: number; readonly first_offset: number };
  readonly revisions: readonly (Record<string, unknown> & { readonly timestamp: number })[];
  readonly total: number;
}

describe('/v1/violations/{id}/revisions', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await ApiUnderTest.start();
    const log = (first_offset: number) => ({ partition: 0, first_offset, last_offset: first_offset + 9 });
    const of = (revision: number, status: 'open' | 'retracted', first: number) =>
      violation({
        id: 'viol-r',
        revision,
        status,
        timestamp_ms: 1_000_000 + first * 1_000 + revision,
        log: log(first),
        message: `ü ${revision}`,
      });
    await publish(
      api.log,
      of(1, 'open', 5),
      of(2, 'retracted', 5),
      of(1, 'open', 70),
      of(2, 'retracted', 70),
      violation({ id: 'viol-once' }),
    );
    await eventually(() => api.store.violation('viol-once'));
  });
  afterAll(() => api.close());

  const ask = async (id: string) => (await api.ask<Revisions>('GET', `/v1/violations/${id}/revisions`)).body;

  it('answers the first signed revision after a retraction, by fragment, and marks the one that stands', async () => {
    const { id, standing, revisions, total } = await ask('viol-r');
    expect([id, total]).toEqual(['viol-r', 4]);
    expect(revisions.map(({ revision, status, log }) => [revision, status, (log as { first_offset: number }).first_offset])).toEqual([
      [1, 'open', 5],
      [2, 'retracted', 5],
      [1, 'open', 70],
      [2, 'retracted', 70],
    ]);
    expect(standing).toEqual({ revision: 2, first_offset: 70 });
    expect((await api.ask('GET', '/v1/violations/viol-r')).body).toEqual(revisions[3]);
  });

  it('verifies every revision', async () => {
    const keys = keyRing({ key: 'changeme', development: true });
    const { revisions } = await ask('viol-r');
    for (const { timestamp, ...record } of revisions) {
      expect(timestamp).toBe(Math.floor(Number(record['timestamp_ms']) / 1_000));
      expect(verifyViolation(record as unknown as Parameters<typeof verifyViolation>[0], keys)).toMatchObject({
        valid: true,
        signature: 'valid',
      });
    }
  });

  it('answers one revision for an unchanged violation, and 404 for an unknown one', async () => {
    expect(await ask('viol-once')).toMatchObject({ standing: { revision: 1 }, revisions: [{ id: 'viol-once' }], total: 1 });
    expect((await api.ask('GET', '/v1/violations/viol-none/revisions')).body).toMatchObject({
      code: 'BT_API_VIOLATION_NOT_FOUND',
      status: 404,
    });
  });
});

describe('a search for violations', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await ApiUnderTest.start();
    await publish(
      api.log,
      violation({ id: 'viol-a', message: 'charge card ran without check fraud', timestamp_ms: 1_000_000 }),
      violation({
        id: 'viol-b',
        service: 'Überweisung',
        metadata: { span_name: 'POST /checkout', duration_ms: 4711 },
        timestamp_ms: 2_000_000,
      }),
      violation({ id: 'viol-c', status: 'retracted', message: 'charge card', timestamp_ms: 3_000_000 }),
      // A record that another program may write.
      { ...violation({ id: 'viol-d', timestamp_ms: 4_000_000 }), message: undefined, metadata: undefined } as never,
    );
    await eventually(() => api.store.violation('viol-d'));
  });
  afterAll(() => api.close());

  it.each([
    ['the message', 'q=CHARGE%20card', ['viol-a']],
    ['the service', 'q=%C3%9Cberw', ['viol-b']],
    ['the name of the span', 'q=post%20/check', ['viol-b']],
    ['a number of the metadata', 'q=4711', ['viol-b']],
    ['the rule', 'q=slow-req', ['viol-d', 'viol-b', 'viol-a']],
    ['the id', 'q=VIOL-A', ['viol-a']],
    ['a trace id as it is on the wire', 'q=0AF765', ['viol-d', 'viol-b', 'viol-a']],
    ['what was retracted', 'q=charge&status=all', ['viol-c', 'viol-a']],
    ['percent signs', 'q=%25', []],
    ['names of members, which are nobody’s text', 'q=signature', []],
  ])('looks in %s', async (_, query, ids) => {
    const { body } = await api.ask<{ violations: { id: string }[]; total: number }>('GET', `/v1/violations?${query}`);
    expect(body.violations.map(({ id }) => id)).toEqual(ids);
    expect(body.total).toBe(ids.length);
  });

  it('is paged by `cursor` or by `after`', async () => {
    const page = async (query: string) =>
      (await api.ask<{ violations: { id: string }[]; next?: string; total: number }>('GET', `/v1/violations?q=viol-&limit=2${query}`)).body;
    const first = await page('');
    expect(first).toMatchObject({ violations: [{ id: 'viol-d' }, { id: 'viol-b' }], total: 2, total_is: 'at_least' });
    for (const name of ['cursor', 'after']) {
      const second = await page(`&${name}=${first.next}`);
      expect(second).toMatchObject({ violations: [{ id: 'viol-a' }], total: 1, total_is: 'at_least' });
      expect(second).not.toHaveProperty('next');
    }
    expect(await page('&count=exact')).toMatchObject({ total: 3, next: first.next });
  });

  it.each([`q=${'x'.repeat(201)}`, 'q=%00', 'q=a&q=b', 'query=x', 'cursor=nonsense'])('refuses %s', async (query) => {
    expect((await api.ask('GET', `/v1/violations?${query}`)).status).toBe(400);
  });
});
