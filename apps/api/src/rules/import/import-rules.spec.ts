import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiUnderTest } from '../../testing/api-under-test.js';

interface Answer {
  readonly rules: readonly { readonly id: string; readonly action: string; readonly [name: string]: unknown }[];
  readonly [name: string]: unknown;
}

interface Refusal {
  readonly code: string;
  readonly errors?: readonly { readonly path?: string; readonly code?: string }[];
}

const SLOW = { name: 'slow', expression: 'span.duration > 1s', severity: 'HIGH' };
const ERRORS = { id: 'errors', name: 'Errors', expression: 'span.status == "error"' };
/** Versions continue after a deletion, so no other test may use this rule. */
const FRESH = { ...SLOW, name: 'fresh' };
const SHORT = { id: 'short', name: 'Short', expression: 'span.duration > 500' };

describe('/v1/rules/import', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await ApiUnderTest.start('--rules.max_rules=3', '--rules.max_expression_length=200');
  });
  afterEach(async () => {
    for (const { id } of await api.store.rules()) await api.store.deleteRule(id, 0);
  });
  afterAll(() => api.close());

  const put = <T = Answer>(body: object) => api.ask<T>('POST', '/v1/rules/import', body);
  const ids = async (): Promise<string[]> => (await api.store.rules()).map(({ id }) => id);

  it('saves all rules in one epoch, and answers each result with its warnings', async () => {
    await api.ask('POST', '/v1/rules', { ...SLOW, severity: 'LOW' });
    await api.ask('POST', '/v1/rules', ERRORS);
    const epoch = await api.store.latestEpoch();
    const { status, headers, body } = await put({ rules: [SLOW, ERRORS, SHORT] });
    expect(status).toBe(200);
    expect(headers.get('betrace-rule-publication')).toBe('published');
    expect(body).toMatchObject({ mode: 'merge', dry_run: false, created: 1, updated: 1, unchanged: 1, deleted: 0 });
    expect(body.rules).toEqual([
      { id: 'slow', action: 'updated', version: 2, changes: { severity: { from: 'LOW', to: 'HIGH' } }, warnings: [] },
      { id: 'errors', action: 'unchanged', version: 1, warnings: [] },
      {
        id: 'short',
        action: 'created',
        version: 1,
        warnings: [expect.objectContaining({ code: 'BT_DSL_UNIT', path: 'rules[2].expression' })],
      },
    ]);
    expect(await api.store.latestEpoch()).toBe(epoch + 1);
    expect((await put({ rules: [SLOW, ERRORS, SHORT] })).body).toMatchObject({ unchanged: 3 });
    expect(await api.store.latestEpoch()).toBe(epoch + 1);
  });

  describe('on condition', () => {
    const tag = async () => (await api.ask('GET', '/v1/rules')).headers.get('etag')!;
    const on = (headers: Record<string, string>, more: object = {}) =>
      api.ask<Answer & Refusal>('POST', '/v1/rules/import', { rules: [ERRORS], mode: 'replace', ...more }, headers);

    it('changes nothing when a rule was added, deleted or changed since the list was read', async () => {
      await put({ rules: [SLOW] });
      const read = await tag();
      const meanwhile = [
        () => api.ask('PATCH', '/v1/rules/slow', { severity: 'LOW' }),
        () => put({ rules: [SHORT] }),
        () => api.ask('DELETE', '/v1/rules/slow'),
      ];
      for (const change of meanwhile) {
        await change();
        const before = await ids();
        for (const more of [{}, { dry_run: true }]) {
          const { status, body } = await on({ 'if-match': read }, more);
          expect([status, body.code]).toEqual([412, 'BT_API_RULES_PRECONDITION_FAILED']);
          expect(body['detail']).toContain(await tag());
        }
        expect(await ids()).toEqual(before);
      }
      expect((await on({ 'if-none-match': await tag() })).status).toBe(412);
      expect((await on({ 'if-none-match': '*' })).status).toBe(412);
    });

    it('succeeds when the rules are unchanged', async () => {
      expect((await on({ 'if-match': '*' })).status).toBe(412);
      expect((await on({ 'if-none-match': '*' })).status).toBe(200);
      await put({ mode: 'replace', rules: [SLOW] });
      const read = await tag();
      expect((await on({ 'if-match': `,"other, a.b", W/${read},` }, { dry_run: true })).body).toMatchObject({ created: 1, deleted: 1 });
      expect((await on({ 'if-match': read })).body).toMatchObject({ created: 1, deleted: 1 });
      expect((await on({ 'if-match': '*' })).status).toBe(200);
      expect((await on({ 'if-none-match': read })).status).toBe(200);
      for (const bad of ['unquoted', ',', `unquoted, ${await tag()}`, `*, ${await tag()}`])
        expect([bad, (await on({ 'if-match': bad })).body.code]).toEqual([bad, 'BT_API_RULES_ETAG_INVALID']);
    });

    it('lets one of two imports based on the same list succeed', async () => {
      await put({ rules: [SLOW] });
      const read = await tag();
      const answers = await Promise.all([SHORT, ERRORS].map((rule) => on({ 'if-match': read }, { rules: [rule] })));
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412]);
      expect(await ids()).toHaveLength(1);
    });
  });

  it('deletes all other rules with replace', async () => {
    await put({ rules: [SLOW, ERRORS] });
    const { body } = await put({ mode: 'replace', rules: [SHORT, ERRORS] });
    expect(body.rules.map(({ id, action }) => `${id} ${action}`)).toEqual(['short created', 'errors unchanged', 'slow deleted']);
    expect(await ids()).toEqual(['errors', 'short']);
    expect((await put({ mode: 'replace', rules: [] })).body).toMatchObject({ deleted: 2 });
    expect(await ids()).toEqual([]);
  });

  it('changes nothing in a dry run, and answers what it would do', async () => {
    await put({ rules: [SLOW, ERRORS] });
    const epoch = await api.store.latestEpoch();
    const { headers, body } = await put({ mode: 'replace', dry_run: true, rules: [{ ...SLOW, severity: 'LOW' }, SHORT] });
    expect(headers.get('betrace-rule-publication')).toBeNull();
    expect(body).toMatchObject({ dry_run: true, created: 1, updated: 1, deleted: 1 });
    expect(body.rules[0]).toEqual({ id: 'slow', action: 'updated', changes: { severity: { from: 'HIGH', to: 'LOW' } }, warnings: [] });
    expect(await ids()).toEqual(['errors', 'slow']);
    expect(await api.store.latestEpoch()).toBe(epoch);
  });

  it('changes nothing when one rule is invalid, and reports every mistake', async () => {
    const { status, body } = await put<Refusal>({
      rules: [SLOW, { ...ERRORS, expression: 'span.durations > 1' }, { ...ERRORS, id: 'a..b' }, { ...SLOW }],
    });
    expect(status).toBe(422);
    expect(body.code).toBe('BT_API_IMPORT_INVALID');
    expect(body.errors?.map(({ path }) => path)).toEqual(['rules[1].expression', 'rules[2].id', 'rules[3].id']);
    expect(await ids()).toEqual([]);
    const shapes = await put<Refusal>({ rules: [SLOW, { name: 5, colour: 'red' }] });
    expect(shapes.status).toBe(400);
    expect(shapes.body.errors?.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['rules[1].name', 'rules[1].colour', 'rules[1].expression']),
    );
  });

  it('accepts options in the URL too, and refuses contradictions', async () => {
    const at = <T = Answer>(query: string, body: object) => api.ask<T>('POST', `/v1/rules/import${query}`, body);
    expect((await at('?dry_run=true', { rules: [SLOW] })).body).toMatchObject({ dry_run: true, created: 1 });
    expect(await ids()).toEqual([]);
    for (const [query, body] of [
      ['?dry_run=true', { dry_run: false }],
      ['?mode=merge', { mode: 'replace' }],
    ] as const) {
      const { status, body: problem } = await at<Refusal>(query, { ...body, rules: [SLOW] });
      expect([status, problem.code, problem.errors?.[0]?.path]).toEqual([400, 'BT_HTTP_INVALID', Object.keys(body)[0]]);
    }
    for (const query of ['?dryrun=true', '?dry_run=yes', '?dry_run=', '?mode=all', '?dry_run=true&dry_run=false']) {
      expect((await at<Refusal>(query, { rules: [SLOW] })).status).toBe(400);
    }
    expect(await ids()).toEqual([]);
    await put({ rules: [SLOW] });
    expect((await at('?mode=replace', { rules: [ERRORS] })).body).toMatchObject({ mode: 'replace', created: 1, deleted: 1 });
  });

  it('accepts the answer of GET /v1/rules unchanged, but no single page of it', async () => {
    await put({ rules: [SLOW, ERRORS] });
    const { body: backup } = await api.ask<{ rules: object[]; total: number }>('GET', '/v1/rules');
    expect((await put({ ...backup, mode: 'replace' })).body).toMatchObject({ unchanged: 2, deleted: 0 });
    const { body: page } = await api.ask<{ rules: object[] }>('GET', '/v1/rules?limit=1');
    expect(await put({ ...page, mode: 'replace' })).toMatchObject({ status: 400, body: { errors: [{ path: 'next' }] } });
    expect(await ids()).toEqual(['errors', 'slow']);
  });

  it('refuses a list instead of a rule', async () => {
    for (const rule of [[], [SLOW], [[]]]) {
      const { status, body } = await put<Refusal>({ rules: [SLOW, rule] });
      expect({ rule, status, code: body.code }).toEqual({ rule, status: 400, code: 'BT_HTTP_INVALID' });
    }
    expect(await ids()).toEqual([]);
  });

  it('refuses another version of a rule, and restores a backup of a missing one', async () => {
    await put({ rules: [{ ...FRESH, version: 7 }, ERRORS] });
    for (const dry_run of [true, false]) {
      const { status, body } = await put<Refusal>({
        dry_run,
        rules: [
          { ...ERRORS, name: 'other' },
          { ...FRESH, version: 7, severity: 'LOW' },
        ],
      });
      expect({ status, code: body.code }).toEqual({ status: 409, code: 'BT_API_RULE_CHANGED' });
      expect(body.errors).toEqual([{ path: 'rules[1].version', message: 'rule fresh has version 1, not 7' }]);
    }
    expect((await api.store.rule('errors'))?.name).toBe('Errors');
    expect((await put({ rules: [{ ...FRESH, version: 1, severity: 'LOW' }] })).body).toMatchObject({ updated: 1 });
  });

  it('restores a backup with replace despite later changes, unless If-Match forbids it', async () => {
    await put({ rules: [FRESH, ERRORS] });
    const backup = await api.ask('GET', '/v1/rules');
    const etag = backup.headers.get('etag')!;
    await api.ask('PATCH', '/v1/rules/fresh', { severity: 'CRITICAL' });
    await api.ask('DELETE', '/v1/rules/errors');
    await api.ask('POST', '/v1/rules', { ...FRESH, id: 'later', name: 'later' });
    const changed = (await api.ask('GET', '/v1/rules')).body;
    const restored = { ...backup.body, mode: 'replace' };
    expect((await api.ask('POST', '/v1/rules/import', restored, { 'if-match': etag })).status).toBe(412);
    expect((await api.ask('POST', '/v1/rules/import', { ...backup.body, mode: 'merge' })).status).toBe(409);
    expect((await api.ask('GET', '/v1/rules')).body).toEqual(changed);
    expect((await api.ask('POST', '/v1/rules/import', { ...restored, dry_run: true })).body).toMatchObject({
      updated: 1,
      created: 1,
      deleted: 1,
    });
    expect((await api.ask('POST', '/v1/rules/import', restored)).body).toMatchObject({ updated: 1, created: 1, deleted: 1 });
    const content = (list: Record<string, unknown>) =>
      (list['rules'] as Record<string, unknown>[]).map(({ id, severity, expression }) => [id, severity, expression]);
    expect(content((await api.ask('GET', '/v1/rules')).body)).toEqual(content(backup.body));
    const { body: again } = await api.ask<{ rules: object[] }>('GET', '/v1/rules');
    expect((await put({ mode: 'replace', rules: again.rules })).body).toMatchObject({ unchanged: 2 });
  });

  it('enforces the maximum of rules', async () => {
    const many = ['a', 'b', 'c', 'd'].map((id) => ({ ...SLOW, id }));
    expect(await put({ rules: many })).toMatchObject({ status: 422, body: { code: 'BT_API_TOO_MANY_RULES' } });
    expect(await put({ rules: many.slice(0, 3) })).toMatchObject({ status: 200 });
    expect(await put({ rules: [many[3]] })).toMatchObject({ status: 422 });
    expect(await put({ mode: 'replace', rules: [many[3]] })).toMatchObject({ status: 200, body: { created: 1, deleted: 3 } });
  });
});

describe('an import of hundreds of rules', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await ApiUnderTest.start('--rules.max_rules=400');
  });
  afterAll(() => api.close());

  const rules = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ id: `r${i}`, name: `Rule ${i}`, expression: `span.duration > ${i + 1}s` }));

  it('names mistakes by their index', async () => {
    const some: unknown[] = rules(350);
    some[0] = { ...rules(1)[0], nmae: 'x' };
    some[120] = { ...rules(121)[120], severity: 'rules[7]' };
    some[349] = 'no rule';
    const { status, body } = await api.ask<Refusal>('POST', '/v1/rules/import', { rules: some });
    expect([status, body.code]).toEqual([400, 'BT_HTTP_INVALID']);
    const paths = (body.errors ?? []).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['rules[0].nmae', 'rules[120].severity']));
    expect(paths.some((path) => path === 'rules[349]' || path === 'rules')).toBe(true);
    expect(await api.store.rules()).toEqual([]);
  });

  it('refuses unknown members and too many rules', async () => {
    expect(await api.ask('POST', '/v1/rules/import', { rules: rules(350), mdoe: 'merge' })).toMatchObject({
      status: 400,
      body: { errors: [expect.objectContaining({ path: 'mdoe', suggestion: 'mode' })] },
    });
    expect(await api.ask('POST', '/v1/rules/import', { rules: rules(801) })).toMatchObject({
      status: 422,
      body: { code: 'BT_API_TOO_MANY_RULES' },
    });
  });

  it('saves all of them in order', async () => {
    const { status, body } = await api.ask<Answer>('POST', '/v1/rules/import', { rules: rules(350) });
    expect([status, body['created'], body.rules.map(({ id }) => id)]).toEqual([200, 350, rules(350).map(({ id }) => id)]);
    expect(await api.store.rules()).toHaveLength(350);
  });
});
