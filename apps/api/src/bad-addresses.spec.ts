import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { STORE_PROBLEMS, StoreError } from '#store';
import { ApiUnderTest } from './testing/api-under-test.js';

const LONG = 'x'.repeat(3_000);

describe('a path or a filter that is not a valid text', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await ApiUnderTest.start();
  });
  afterAll(() => api.close());

  it.each([
    ['GET', '/v1/rules/%00', 400],
    ['GET', '/v1/rules/%ff', 400],
    ['GET', '/v1/rules/%', 400],
    ['GET', '/v1/rules/%ed%a0%80', 400],
    ['GET', `/v1/rules/${LONG}`, 404],
    ['DELETE', '/v1/rules/%00', 400],
    ['DELETE', `/v1/rules/${LONG}`, 404],
    ['PATCH', '/v1/rules/%00', 400],
    ['PUT', '/v1/rules/%00', 400],
    ['PUT', `/v1/rules/${LONG}`, 400],
    ['GET', '/v1/violations/%00', 400],
    ['GET', `/v1/violations/${LONG}`, 404],
    ['GET', '/v1/violations/%ff/trace', 400],
    ['POST', '/v1/violations/%00/verify', 400],
    ['GET', '/v1/rules/a%1Fb', 400],
    ['GET', '/v1/rules/a%7fb/versions', 400],
    ['GET', '/v1/violations/%0a/revisions', 400],
    ['GET', '/v1/compliance/%00', 400],
    ['GET', '/v1/previews/%00', 400],
    ['GET', '/v1/traces/%00', 400],
    ['GET', '/v1/violations/groups/%00', 400],
    ['GET', '/v1/violations/groups/%00/differences', 400],
    ['DELETE', '/v1/mutes/%00', 400],
    ['GET', '/nothing/%00', 404],
    ['GET', '/v1/violations?after=%00', 400],
    ['GET', '/%ff', 400],
  ])('is answered with a problem like any other: %s %s', async (method, path, status) => {
    const body = method === 'PUT' || method === 'PATCH' ? { name: 'a', expression: 'span.is_root' } : undefined;
    const answer = await api.ask(method, path, body);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, expect.stringContaining('application/problem+json')]);
    expect(answer.body).toEqual(expect.objectContaining({ status, code: expect.stringMatching(/^BT_/), detail: expect.any(String) }));
  });

  it.each([
    'BT_STORE_FAILED',
    'BT_STORE_UNAVAILABLE',
    'BT_STORE_REFUSED',
    'BT_STORE_CORRUPT',
    'BT_STORE_NOT_WRITABLE',
    'BT_STORE_FULL',
  ] as const)('tells a client nothing of the database when it fails: %s', async (code) => {
    const { rule } = api.store;
    api.store.rule = async () => {
      throw new StoreError(code, { place: 'postgres://betrace@db.internal/main', reason: 'no user betrace at db.internal' });
    };
    const { status, body } = await api.ask('GET', '/v1/rules/a');
    api.store.rule = rule;
    expect([status, body]).toEqual([STORE_PROBLEMS[code].status, expect.objectContaining({ code })]);
    expect(JSON.stringify(body)).not.toMatch(/postgres|internal|main|betrace@|user/);
  });

  it.each(['/v1/violations', '/v1/rules', '/v1/violations?severity=HIGH'])(
    'is an unknown parameter whatever its name is: %s',
    async (path) => {
      for (const name of ['nobody', '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__']) {
        const { status, body } = await api.ask('GET', `${path}${path.includes('?') ? '&' : '?'}${name}=x`);
        expect([name, status, body]).toEqual([
          name,
          400,
          expect.objectContaining({ code: 'BT_HTTP_INVALID', detail: `unknown property ${name}` }),
        ]);
      }
    },
  );

  it('is an unknown property of a body whatever its name is', async () => {
    const rule = { name: 'a', expression: 'span.is_root', severity: 'LOW' };
    for (const name of ['nobody', 'constructor', 'toString']) {
      const { status, body } = await api.ask('POST', '/v1/rules', { ...rule, [name]: 'x' });
      expect([name, status, body]).toEqual([name, 400, expect.objectContaining({ code: 'BT_HTTP_INVALID' })]);
    }
  });

  it.each(['service', 'rule_id', 'trace_id', 'span_id'])('is refused or finds nothing as the filter %s', async (filter) => {
    for (const value of ['%ff', '%ed%a0%80', 'a%', '%zz', 'a%25%c3']) {
      const { status, body } = await api.ask('GET', `/v1/violations?limit=1&${filter}=${value}`);
      expect([value, status, body]).toEqual([value, 400, expect.objectContaining({ code: 'BT_HTTP_BAD_REQUEST' })]);
      expect((body as { detail: string }).detail).toContain(`${filter}=${value}`);
    }
    for (const value of ['%00', 'a%00b', '%0a']) {
      const { status, body } = await api.ask('GET', `/v1/violations?${filter}=${value}`);
      // Names chosen by senders may have any character; names chosen by people have none of these.
      const expected =
        filter === 'rule_id' ? [400, expect.objectContaining({ code: 'BT_HTTP_INVALID' })] : [200, { violations: [], total: 0 }];
      expect([status, body]).toEqual(expected);
    }
    for (const value of [LONG, '😀', '%25', '%25ff', '+']) {
      const { status, body } = await api.ask('GET', `/v1/violations?${filter}=${value}`);
      expect([status, body]).toEqual([200, { violations: [], total: 0 }]);
    }
  });
});
