import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiUnderTest } from '../../testing/api-under-test.js';

interface Rule {
  readonly id: string;
  readonly version: number;
  readonly [name: string]: unknown;
}

interface Problem {
  readonly code: string;
  readonly detail: string;
}

const SLOW = { name: 'Slow requests', expression: 'span.duration > 1s' };
const PATH = '/v1/rules/slow-requests';

describe('conditional requests about rules', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await ApiUnderTest.start();
  });
  afterEach(async () => {
    for (const { id } of await api.store.rules()) await api.store.deleteRule(id, 0);
  });
  afterAll(() => api.close());

  const create = async (): Promise<Rule> => (await api.ask<Rule>('POST', '/v1/rules', SLOW)).body;
  const version = async (): Promise<number | undefined> => (await api.store.rule('slow-requests'))?.version;

  /** Every route that changes a rule, with a change. */
  const changes: readonly [string, string, object | undefined][] = [
    ['POST', '/v1/rules', { ...SLOW, id: 'slow-requests', severity: 'HIGH' }],
    ['PUT', PATH, { ...SLOW, severity: 'CRITICAL' }],
    ['PATCH', PATH, { severity: 'LOW' }],
    ['DELETE', PATH, undefined],
  ];

  it.each(changes)('%s %s changes nothing when If-Match or If-None-Match fails', async (method, path, body) => {
    const { version: present } = await create();
    const refused: readonly Record<string, string>[] = [
      { 'if-match': `"${present + 1}"` },
      { 'if-match': `W/"${present - 1}", "${present + 1}"` },
      { 'if-none-match': '*' },
      { 'if-none-match': `"${present}"` },
      { 'if-match': `"${present}"`, 'if-none-match': `"9", W/"${present}"` },
    ];
    for (const headers of refused) {
      const answer = await api.ask<Problem>(method, path, body, headers);
      expect([headers, answer.status, answer.body?.code]).toEqual([headers, 412, 'BT_API_PRECONDITION_FAILED']);
      expect(answer.body.detail).toContain(`has version ${present}`);
    }
    for (const header of ['if-match', 'if-none-match']) {
      for (const value of ['newest', '"a"', '"1", a', '', '"1" "2"', '-1', '*, "1"']) {
        expect((await api.ask<Problem>(method, path, body, { [header]: value })).body.code).toBe('BT_API_IF_MATCH_INVALID');
      }
    }
    expect(await version()).toBe(present);
  });

  it.each(changes)('%s %s succeeds when the condition holds', async (method, path, body) => {
    for (const headers of [
      (present: number) => ({ 'if-match': `"${present}"` }),
      (present: number) => ({ 'if-match': `"${present + 5}", W/"${present}"` }),
      (present: number) => ({ 'if-match': `"${present}-abc_DEF-1"` }),
      (present: number) => ({ 'if-match': `"of something else", "${present}"` }),
      (present: number) => ({ 'if-match': `"a, b", "${present}"` }),
      () => ({ 'if-match': '*' }),
      (present: number) => ({ 'if-none-match': `"${present + 1}"` }),
    ]) {
      await api.ask('DELETE', PATH);
      const { version: present } = await create();
      const { status } = await api.ask(method, path, body, headers(present));
      expect(status).toBe(method === 'DELETE' ? 204 : 200);
      expect(await version()).toBe(method === 'DELETE' ? undefined : present + 1);
    }
  });

  it('creates by PUT only a missing rule, or changes only an existing one, as the condition says', async () => {
    const put = (headers: Record<string, string>) => api.ask<Problem>('PUT', PATH, SLOW, headers);
    expect((await put({ 'if-match': '*' })).body.code).toBe('BT_API_PRECONDITION_FAILED');
    expect((await put({ 'if-match': '"1"' })).status).toBe(412);
    expect((await put({ 'if-none-match': '*' })).status).toBe(201);
    expect((await put({ 'if-none-match': '*' })).status).toBe(412);
    expect((await put({ 'if-match': '*' })).status).toBe(200);
  });

  it('lets one of many changes based on one version succeed, including a deletion', async () => {
    const { version: present } = await create();
    const headers = { 'if-match': `"${present}"` };
    const answers = await Promise.all([
      ...Array.from({ length: 8 }, (_, n) => api.ask('PATCH', PATH, { description: `change ${n}` }, headers)),
      api.ask('DELETE', PATH, undefined, headers),
    ]);
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status < 300)).toHaveLength(1);
    // After a deletion the answer is 404, which takes precedence.
    expect(statuses.filter((status) => status === 412 || status === 404)).toHaveLength(8);
    expect((await api.store.ruleVersions('slow-requests'))[0]?.version).toBe(present + 1);
  });

  it('creates a rule once among many conditional requests', async () => {
    const statuses = await Promise.all(
      Array.from({ length: 6 }, async (_, n) => {
        const { status } = await api.ask('PUT', PATH, { ...SLOW, description: `${n}` }, { 'if-none-match': '*' });
        return status;
      }),
    );
    expect(statuses.toSorted()).toEqual([201, 412, 412, 412, 412, 412]);
  });

  it('lets all unconditional PUTs write: one creates the rule, the others replace it', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => api.ask('PUT', PATH, { ...SLOW, description: `of ${n}` })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
    const versions = answers.map(({ body }) => Number(body['version'])).toSorted((a, b) => a - b);
    expect(versions.map((version) => version - versions[0]!)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it.each(['/v1/rules', '/v1/rules?q=slow&limit=1', PATH, `${PATH}/versions`])(
    'answers %s with 304 until something changes',
    async (path) => {
      const { version: present } = await create();
      const route = path;
      const first = await api.ask('GET', route);
      const etag = first.headers.get('etag') ?? '';
      expect(etag).toMatch(/^"[\w-]+"$/);
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const again = await api.ask('GET', route, undefined, { 'if-none-match': known });
        expect([known, again.status, again.body, again.headers.get('etag')]).toEqual([known, 304, undefined, etag]);
      }
      expect((await api.ask('GET', route, undefined, { 'if-none-match': '"other"' })).status).toBe(200);
      await api.ask('PATCH', PATH, { severity: 'LOW' }, { 'if-match': `"${present}"` });
      const changed = await api.ask('GET', route, undefined, { 'if-none-match': etag });
      expect([changed.status, changed.headers.get('etag') === etag]).toEqual([200, false]);
    },
  );

  it.each(['/v1/rules', '/v1/rules?q=slow&limit=1', PATH, `${PATH}/versions`, `${PATH}/versions/1`, `${PATH}/samples`])(
    'answers %s only if If-Match names its ETag, as readers of further pages request',
    async (path) => {
      await create();
      const etag = (await api.ask('GET', path)).headers.get('etag') ?? '';
      for (const wanted of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        expect([wanted, (await api.ask('GET', path, undefined, { 'if-match': wanted })).status]).toEqual([wanted, 200]);
      }
      for (const wanted of ['"other"', '"99"', '']) {
        const refused = await api.ask<Problem>('GET', path, undefined, { 'if-match': wanted, 'if-none-match': etag });
        expect([wanted, refused.status, refused.body?.code]).toEqual([wanted, 412, 'BT_HTTP_PRECONDITION_FAILED']);
      }
      expect((await api.ask('GET', path, undefined, { 'if-match': etag, 'if-none-match': etag })).status).toBe(304);
    },
  );

  it('changes the ETag with errors and warnings, and still accepts it for a change', async () => {
    const { headers } = await api.ask('POST', '/v1/rules', { ...SLOW, expression: 'span.duration > 500' });
    const etag = headers.get('etag') ?? '';
    expect(etag).toMatch(/^"\d+-[\w-]{16}"$/);
    expect((await api.ask('GET', PATH)).headers.get('etag')).toBe(etag);
    const saved = await api.ask('PATCH', PATH, { expression: 'span.duration > 500ms' }, { 'if-match': etag });
    expect([saved.status, saved.headers.get('etag')]).toEqual([200, `"${await version()}"`]);
  });
});

describe('rules named by their names', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await ApiUnderTest.start();
  });
  afterEach(async () => {
    for (const { id } of await api.store.rules()) await api.store.deleteRule(id, 0);
  });
  afterAll(() => api.close());

  const NAMED = `/v1/rules/${encodeURIComponent('Slow requests')}`;
  const expression = 'span.duration > 1s';

  it('are answered, replaced, changed, restored and deleted', async () => {
    await api.ask('PUT', '/v1/rules/r1', { name: 'Slow requests', expression });
    expect((await api.ask('GET', NAMED)).body).toMatchObject({ id: 'r1' });
    expect(await api.ask('PUT', NAMED, { name: 'Slow requests', expression, severity: 'LOW' })).toMatchObject({
      status: 200,
      body: { id: 'r1' },
    });
    expect((await api.ask('PATCH', NAMED, { enabled: false })).body).toMatchObject({ id: 'r1', enabled: false, severity: 'LOW' });
    expect((await api.ask('GET', `${NAMED}/versions`)).body).toMatchObject({ rule_id: 'r1' });
    expect((await api.ask('POST', `${NAMED}/versions/1/restore`)).body).toMatchObject({ id: 'r1', enabled: true, severity: 'MEDIUM' });
    expect((await api.ask('DELETE', NAMED)).status).toBe(204);
    expect(await api.store.rules()).toEqual([]);
  });

  it('prefers an id over a name, and a body with the id in the path means the id', async () => {
    await api.ask('PUT', '/v1/rules/r1', { name: 'r2', expression });
    expect((await api.ask('GET', '/v1/rules/r2')).body).toMatchObject({ id: 'r1' });
    expect(await api.ask('PUT', '/v1/rules/r2', { id: 'r2', name: 'other', expression })).toMatchObject({
      status: 201,
      body: { id: 'r2' },
    });
    expect((await api.ask('GET', '/v1/rules/r2')).body).toMatchObject({ name: 'other' });
    expect((await api.ask('DELETE', '/v1/rules/r2')).status).toBe(204);
    expect(await api.ask('PUT', '/v1/rules/r2', { id: 'r3', name: 'x', expression })).toMatchObject({ status: 400 });
    expect((await api.store.rules()).map(({ id, name }) => [id, name])).toEqual([['r1', 'r2']]);
  });

  it('several with one name are reported with their ids, and none is changed', async () => {
    for (const id of ['r1', 'r2']) await api.ask('PUT', `/v1/rules/${id}`, { name: 'Slow requests', expression });
    const before = await api.store.rules();
    for (const [method, path, body] of [
      ['GET', NAMED, undefined],
      ['PUT', NAMED, { name: 'x', expression }],
      ['PATCH', NAMED, { enabled: false }],
      ['DELETE', NAMED, undefined],
      ['GET', `${NAMED}/versions`, undefined],
      ['GET', `${NAMED}/versions/1`, undefined],
      ['POST', `${NAMED}/versions/1/restore`, undefined],
    ] as const) {
      const answer = await api.ask<Problem>(method, path, body);
      expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 409, 'BT_API_RULE_NAME_AMBIGUOUS']);
      expect(answer.body.detail).toContain('r1, r2');
    }
    expect(await api.store.rules()).toEqual(before);
  });
});
