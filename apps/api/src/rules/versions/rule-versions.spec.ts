import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiUnderTest } from '../../testing/api-under-test.js';

interface History {
  readonly rule_id: string;
  readonly versions: readonly { readonly version: number; readonly action: string; readonly [name: string]: unknown }[];
  readonly next?: string;
}

const KEY = 'a key of the test';

describe('the history of a rule', () => {
  let open: ApiUnderTest;
  let locked: ApiUnderTest;
  beforeAll(async () => {
    open = await ApiUnderTest.start('--rules.max_rules=40');
    locked = await ApiUnderTest.startIn({ BETRACE_API_KEY: KEY });
  });
  afterAll(async () => {
    await open.close();
    await locked.close();
  });

  const put = (id: string, change: object = {}) =>
    open.ask<{ version: number }>('PUT', `/v1/rules/${id}`, { name: id, expression: 'span.duration > 1s', ...change });
  const history = async (id: string, query = '') => (await open.ask<History>('GET', `/v1/rules/${id}/versions${query}`)).body;

  it('shows who changed what and when, also after a deletion and a new creation', async () => {
    const before = Date.now();
    await put('told', { severity: 'LOW', tags: ['a'] });
    await open.ask('PATCH', '/v1/rules/told', { severity: 'HIGH', on_error: 'violation', message: 'slow', tags: [] });
    await open.ask('DELETE', '/v1/rules/told');
    await open.ask('POST', '/v1/rules/import', { rules: [{ id: 'told', name: 'told', expression: 'span.is_root' }] });
    const { rule_id, versions, next } = await history('told');
    expect([rule_id, next]).toEqual(['told', undefined]);
    expect(versions.map(({ version, action, changed_by }) => [version, action, changed_by])).toEqual([
      [4, 'created', 'anonymous'],
      [3, 'deleted', 'anonymous'],
      [2, 'updated', 'anonymous'],
      [1, 'created', 'anonymous'],
    ]);
    expect(versions[2]).toMatchObject({
      changes: {
        severity: { from: 'LOW', to: 'HIGH' },
        on_error: { from: 'no_match', to: 'violation' },
        message: { from: null, to: 'slow' },
        tags: { from: ['a'], to: [] },
      },
      rule: { severity: 'HIGH', version: 2, message: 'slow' },
    });
    expect(Object.keys(versions[2]?.['changes'] as object)).toHaveLength(4);
    expect(versions[1]).not.toHaveProperty('rule');
    for (const { changed_at } of versions) expect(Math.abs(Date.parse(String(changed_at)) - before)).toBeLessThan(600_000);
  });

  it('shows the name of the API key, and nothing else of it', async () => {
    const headers = { 'x-api-key': KEY };
    const text = JSON.stringify({ name: 'mine', expression: 'span.is_root' });
    expect((await locked.ask('PUT', '/v1/rules/mine', text)).status).toBe(401);
    expect((await locked.ask('PUT', '/v1/rules/mine', text, headers)).status).toBe(201);
    const { body } = await locked.ask<History>('GET', '/v1/rules/mine/versions', undefined, headers);
    expect(body.versions).toEqual([expect.objectContaining({ version: 1, changed_by: 'api-key' })]);
    expect(JSON.stringify(body)).not.toContain(KEY);
  });

  it('is paged, each version with its changes', async () => {
    for (let n = 0; n < 7; n++) await put('paged', { description: `${n}` });
    const seen: History['versions'][number][] = [];
    let cursor = '';
    do {
      const page = await history('paged', `?limit=2${cursor}`);
      seen.push(...page.versions);
      cursor = page.next === undefined ? '' : `&cursor=${page.next}`;
      if (seen.length === 2) await put('paged', { description: 'meanwhile' });
    } while (cursor !== '');
    expect(seen.map(({ version }) => version)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    for (const { version, changes } of seen.slice(0, -1)) {
      expect(changes).toEqual({ description: { from: `${version - 2}`, to: `${version - 1}` } });
    }
    expect(seen.at(-1)).not.toHaveProperty('changes');
    expect(await history('paged', '?cursor=1')).toEqual({ rule_id: 'paged', versions: [] });
    for (const [query, code] of [
      ['?limit=0', 'BT_HTTP_INVALID'],
      ['?limit=1001', 'BT_HTTP_INVALID'],
      ['?limit=x', 'BT_HTTP_INVALID'],
      ['?page=2', 'BT_HTTP_INVALID'],
      ['?cursor=1&cursor=2', 'BT_HTTP_INVALID'],
      ['?cursor=x', 'BT_STORE_BAD_CURSOR'],
      ['?cursor=0', 'BT_STORE_BAD_CURSOR'],
      ['?cursor=', 'BT_STORE_BAD_CURSOR'],
      ['?cursor=-1', 'BT_STORE_BAD_CURSOR'],
    ]) {
      expect([query, (await open.ask('GET', `/v1/rules/paged/versions${query}`)).body]).toMatchObject([query, { status: 400, code }]);
    }
  });

  it('answers one version, and 404 for others', async () => {
    await put('one');
    await put('one', { severity: 'LOW' });
    expect((await open.ask('GET', '/v1/rules/one/versions/2')).body).toEqual((await history('one')).versions[0]);
    expect((await open.ask('GET', '/v1/rules/one/versions/1')).body).toEqual((await history('one')).versions[1]);
    for (const version of ['3', '0', '-1', '1.5', 'x', '01', '99999999999', '2147483648', '%00', '%F0%9F%98%80']) {
      const get = await open.ask('GET', `/v1/rules/one/versions/${version}`);
      const restore = await open.ask('POST', `/v1/rules/one/versions/${version}/restore`);
      expect([version, get.status, get.body['code'], restore.status]).toEqual([version, 404, 'BT_API_RULE_VERSION_UNKNOWN', 404]);
    }
    expect((await open.ask('GET', '/v1/rules/nobody/versions')).body).toMatchObject({ code: 'BT_API_RULE_NOT_FOUND' });
    expect((await open.ask('GET', '/v1/rules/nobody/versions/1')).body).toMatchObject({ code: 'BT_API_RULE_VERSION_UNKNOWN' });
  });

  it('restores an earlier version as a new one, in force at once', async () => {
    const message = 'as it was';
    await put('back', { message, tags: ['x'], enabled: false, severity: 'CRITICAL', on_error: 'undecided', description: 'first' });
    await put('back');
    const epoch = await open.store.latestEpoch();
    const restored = await open.ask('POST', '/v1/rules/back/versions/1/restore');
    expect(restored.status).toBe(200);
    expect(restored.headers.get('betrace-rule-publication')).toBe('published');
    const first = (await history('back')).versions.at(-1)?.['rule'] as object;
    expect(restored.body).toMatchObject({ ...first, version: 3, created_at: expect.any(String), updated_at: expect.any(String) });
    expect(await open.store.latestEpoch()).toBe(epoch + 1);
    // A second time changes nothing.
    expect((await open.ask('POST', '/v1/rules/back/versions/1/restore')).body).toMatchObject({ version: 3 });
    expect((await open.ask('POST', '/v1/rules/back/versions/2/restore', undefined, { 'if-match': '"2"' })).status).toBe(412);
    expect((await open.ask('POST', '/v1/rules/back/versions/2/restore', undefined, { 'if-match': '"3"' })).body).toMatchObject({
      version: 4,
    });
  });

  it('restores a deleted rule, but no deletion and no rule that is invalid today', async () => {
    await put('gone');
    await open.ask('DELETE', '/v1/rules/gone');
    expect((await open.ask('POST', '/v1/rules/gone/versions/2/restore')).body).toMatchObject({
      code: 'BT_API_RULE_VERSION_DELETED',
      status: 409,
    });
    const restored = await open.ask('POST', '/v1/rules/gone/versions/1/restore', 'no JSON, and not read');
    expect([restored.status, restored.headers.get('location')]).toEqual([201, '/v1/rules/gone']);
    expect(restored.body).toMatchObject({ id: 'gone', version: 3 });
    const { id, name, description, severity, tags, enabled, message, onError } = (await open.store.rule('gone'))!;
    const rest = { id, name, description, severity, tags, enabled, message, onError };
    await open.store.putRule({ ...rest, expression: 'span.durations > 1' }, 1);
    await open.store.putRule({ ...rest, expression: 'span.is_root' }, 2);
    expect((await open.ask('POST', '/v1/rules/gone/versions/4/restore')).body).toMatchObject({ code: 'BT_API_EXPRESSION_INVALID' });
    expect((await open.store.rule('gone'))?.expression).toBe('span.is_root');
    expect((await history('gone')).versions[0]).not.toHaveProperty('changed_by');
  });

  it('enforces the maximum of rules on a restore', async () => {
    await put('many');
    await open.ask('DELETE', '/v1/rules/many');
    for (let n = (await open.store.rules()).length; n < 40; n++) expect((await put(`filler-${n}`)).status).toBe(201);
    expect((await open.ask('POST', '/v1/rules/many/versions/1/restore')).body).toMatchObject({ code: 'BT_API_TOO_MANY_RULES' });
  });
});

describe('a merge patch of a rule (RFC 7396)', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await ApiUnderTest.start();
  });
  afterAll(() => api.close());

  const WHOLE = {
    name: 'whole',
    description: 'd',
    expression: 'span.is_root',
    severity: 'HIGH',
    tags: ['t'],
    enabled: false,
    message: 'm',
    on_error: 'undecided',
  };
  const DEFAULTS = { description: '', severity: 'MEDIUM', tags: [], enabled: true, message: undefined, on_error: 'no_match' };

  it.each(Object.keys(DEFAULTS))('sets %s to its default with null, and leaves the others', async (member) => {
    await api.ask('PUT', '/v1/rules/whole', WHOLE);
    const type = { 'content-type': 'application/merge-patch+json' };
    const { status, body } = await api.ask('PATCH', '/v1/rules/whole', { [member]: null }, type);
    expect(status).toBe(200);
    const expected: Record<string, unknown> = { ...WHOLE, [member]: DEFAULTS[member as keyof typeof DEFAULTS] };
    expect(Object.fromEntries(Object.keys(WHOLE).map((name) => [name, body[name]]))).toEqual(expected);
  });

  it.each(['name', 'expression'])('does not remove the %s', async (member) => {
    await api.ask('PUT', '/v1/rules/whole', WHOLE);
    const { status, body } = await api.ask('PATCH', '/v1/rules/whole', { [member]: null, severity: 'LOW' });
    expect([status, body['code'], body['errors']]).toEqual([400, 'BT_HTTP_INVALID', [expect.objectContaining({ path: member })]]);
    expect(await api.store.rule('whole')).toMatchObject({ severity: 'HIGH' });
  });
});

describe('pages of rules', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await ApiUnderTest.start();
  });
  afterAll(() => api.close());

  it('hold each rule once despite concurrent changes, and count all', async () => {
    const ids = Array.from({ length: 23 }, (_, n) => `r${String(n * 2).padStart(2, '0')}`);
    const rules = ids.map((id, n) => ({ id, name: id, expression: 'span.is_root', tags: n % 2 === 0 ? ['even'] : [] }));
    await api.ask('POST', '/v1/rules/import', { rules });
    const page = async (query: string) =>
      (await api.ask<{ rules: { id: string }[]; total: number; next?: string }>('GET', `/v1/rules?${query}`)).body;
    expect((await page('')).rules.map(({ id }) => id)).toEqual(ids);
    expect(await page('')).not.toHaveProperty('next');
    const seen: string[] = [];
    let query: string | undefined = 'limit=5&tag=even';
    while (query !== undefined) {
      const { rules: found, total, next }: Awaited<ReturnType<typeof page>> = await page(query);
      seen.push(...found.map(({ id }) => id));
      if (seen.length === 5) {
        expect(total).toBe(12);
        // One rule before the cursor, and the rule that the cursor names.
        await api.store.deleteRule('r00', 1);
        await api.store.deleteRule(seen[4]!, 1);
        await api.ask('PUT', '/v1/rules/r01', { name: 'new', expression: 'span.is_root', tags: ['even'] });
      }
      query = next === undefined ? undefined : `limit=5&tag=even&cursor=${next}`;
    }
    expect(seen).toEqual(ids.filter((_, n) => n % 2 === 0));
    const cursor = (await page('limit=20')).next;
    expect((await page(`cursor=${cursor}`)).rules.map(({ id }) => id)).toEqual(ids.slice(-2));
  });

  it.each(['limit=0', 'limit=1001', 'limit=1.5', 'limit=', 'limit=5&limit=6', 'q=a&q=b', 'cursor=a&cursor=b', 'offset=3'])(
    'are refused: %s',
    async (query) => {
      expect(await api.ask('GET', `/v1/rules?${query}`)).toMatchObject({ status: 400, body: { code: 'BT_HTTP_INVALID' } });
    },
  );

  it.each(['nonsense', Buffer.from('{"after":5}').toString('base64url'), Buffer.from('null').toString('base64url'), ''])(
    'are refused with a cursor that no page gave: %j',
    async (cursor) => {
      expect((await api.ask('GET', `/v1/rules?cursor=${cursor}`)).body).toMatchObject({ code: 'BT_STORE_BAD_CURSOR', status: 400 });
    },
  );
});
