import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TOPICS } from '#records';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { eventually } from '../testing/eventually.js';

interface Rule {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly enabled: boolean;
  readonly [name: string]: unknown;
}

interface Problem {
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly path?: string; readonly line?: number; readonly column?: number; readonly suggestion?: string }[];
}

const SLOW = { name: 'slow-requests', expression: 'span.duration > 1s', severity: 'HIGH' };

describe('/v1/rules', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await ApiUnderTest.start('--rules.max_rules=5', '--rules.max_expression_length=200');
  });
  afterEach(async () => {
    for (const { id } of await api.store.rules()) await api.store.deleteRule(id, 0);
  });
  afterAll(() => api.close());

  const post = <T = Rule>(body: unknown) => api.ask<T>('POST', '/v1/rules', body);

  it('creates a rule with an id from its name, and answers the whole rule', async () => {
    const { status, headers, body } = await post({ ...SLOW, name: 'Slow Requests', tags: ['performance'], description: 'Too slow' });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe('/v1/rules/slow-requests');
    expect(headers.get('etag')).toBe('"1"');
    expect(headers.get('betrace-rule-publication')).toBe('published');
    expect(body).toEqual({
      id: 'slow-requests',
      name: 'Slow Requests',
      description: 'Too slow',
      expression: 'span.duration > 1s',
      severity: 'HIGH',
      tags: ['performance'],
      controls: [],
      emit_evidence: false,
      enabled: true,
      mode: 'enforce',
      on_error: 'no_match',
      version: 1,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      updated_at: expect.any(String),
      warnings: [],
    });
    expect((await api.ask('GET', '/v1/rules/slow-requests')).body).toEqual(body);
  });

  it('lists rules in order of id, with filters', async () => {
    await post(SLOW);
    await post({ ...SLOW, name: 'errors', severity: 'LOW', enabled: false, tags: ['quality'] });
    const ids = async (query: string) => (await api.ask<{ rules: Rule[]; total: number }>('GET', `/v1/rules${query}`)).body;
    expect(await ids('')).toMatchObject({ rules: [{ id: 'errors' }, { id: 'slow-requests' }], total: 2 });
    expect(await ids('?enabled=true')).toMatchObject({ rules: [{ id: 'slow-requests' }], total: 1 });
    expect(await ids('?severity=low')).toMatchObject({ rules: [{ id: 'errors' }], total: 1 });
    expect(await ids('?tag=quality')).toMatchObject({ rules: [{ id: 'errors' }], total: 1 });
    for (const parameter of ['search', 'q']) {
      expect(await ids(`?${parameter}=SLOW`)).toMatchObject({ rules: [{ id: 'slow-requests' }], total: 1 });
    }
    expect(await ids('?q=QUAL')).toMatchObject({ rules: [{ id: 'errors' }], total: 1 });
    expect(await ids('?q=slow&enabled=false')).toEqual({ rules: [], total: 0 });
  });

  it('answers probable mistakes with every rule, with their place and fix', async () => {
    const short = { name: 'short', expression: 'span.duration > 500' };
    const warning = {
      path: 'expression',
      line: 1,
      column: 17,
      end_line: 1,
      end_column: 20,
      code: 'BT_DSL_UNIT',
      severity: 'warning',
      message: 'span.duration is in nanoseconds: 500 is 500ns',
      expected: 'a duration such as 500ms, 1.5s, 2m',
      suggestion: '500ms',
      fix: { start: 16, end: 19, text: '500ms' },
    };
    const created = await post(short);
    expect(created).toMatchObject({ status: 201, body: { warnings: [warning] } });
    expect(await post(created.body)).toMatchObject({ status: 200, body: { warnings: [warning] } });
    expect((await api.ask('GET', '/v1/rules/short')).body).toEqual(created.body);
    expect(await api.ask('PUT', '/v1/rules/short', short)).toMatchObject({ body: { warnings: [warning] } });
    expect(await api.ask('PATCH', '/v1/rules/short', { severity: 'LOW' })).toMatchObject({ body: { warnings: [warning] } });
    expect(await api.ask('PATCH', '/v1/rules/short', { expression: 'span.duration > 500ms' })).toMatchObject({ body: { warnings: [] } });
  });

  it('suggests the severity that was meant', async () => {
    for (const [severity, suggestion] of [
      ['high', 'HIGH'],
      ['Critcal', 'CRITICAL'],
    ]) {
      const { status, body } = await post<Problem>({ ...SLOW, severity });
      expect([status, body.errors]).toEqual([400, [expect.objectContaining({ path: 'severity', suggestion })]]);
    }
  });

  it('refuses a condition that can never match, with the fix', async () => {
    const { status, body } = await post<Problem>({ name: 'never', expression: 'not trace.has("audit.log")' });
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([
      { code: 'BT_DSL_CONSTANT_CONDITION', fix: { start: 14, end: 25, text: 'span.name == "audit.log"' } },
    ]);
  });

  it('keeps on_error through every way to change a rule', async () => {
    const { body: rule } = await post({ ...SLOW, on_error: 'undecided' });
    expect(rule).toMatchObject({ on_error: 'undecided' });
    const version = (changes: number): number => rule.version + changes;
    expect((await post({ ...SLOW, on_error: 'undecided' })).status).toBe(200);
    expect(await api.ask('PATCH', '/v1/rules/slow-requests', { on_error: 'violation' })).toMatchObject({
      body: { on_error: 'violation', version: version(1) },
    });
    expect(await api.ask('PATCH', '/v1/rules/slow-requests', { severity: 'LOW' })).toMatchObject({ body: { on_error: 'violation' } });
    expect(await api.ask('PUT', '/v1/rules/slow-requests', SLOW)).toMatchObject({ body: { on_error: 'no_match', version: version(3) } });
    const imported = await api.ask('POST', '/v1/rules/import', { rules: [{ ...SLOW, on_error: 'violation' }] });
    expect(imported).toMatchObject({ body: { rules: [{ changes: { on_error: { from: 'no_match', to: 'violation' } } }] } });
    expect((await api.ask('GET', '/v1/rules/slow-requests')).body).toMatchObject({ on_error: 'violation', version: version(4) });
    for (const on_error of ['ignore', 5, '']) expect((await post({ ...SLOW, on_error })).status).toBe(400);
  });

  it('accepts the same rule again, and refuses another one with the same name', async () => {
    await post(SLOW);
    expect((await post(SLOW)).status).toBe(200);
    const { status, body } = await post<Problem>({ ...SLOW, expression: 'span.duration > 2s' });
    expect(status).toBe(409);
    expect(body.code).toBe('BT_API_RULE_EXISTS');
    expect(body.detail).toContain('PUT /v1/rules/slow-requests');
  });

  it('restores a GET answer on the same server and on another', async () => {
    const { body: rule } = await post({ ...SLOW, message: 'too slow', enabled: false });
    const again = await post(rule);
    expect(again.status).toBe(200);
    expect(again.body).toEqual(rule);
    await api.ask('DELETE', '/v1/rules/slow-requests');
    const restored = await post(rule);
    expect(restored.status).toBe(201);
    expect(restored.body).toMatchObject({ id: 'slow-requests', message: 'too slow', enabled: false });
  });

  it('shows the last error of the version in force, and ignores it in a restore', async () => {
    const { version } = (await post(SLOW)).body;
    const tell = (partition: number, rule_version: number, errors: number, last_error_at_ms: number) => {
      const status = { rule_id: 'slow-requests', rule_version, partition, errors, last_error: `error ${errors}`, last_error_at_ms };
      return api.log.append(TOPICS.ruleStatus, [
        { partition: 0, key: `slow-requests/${partition}`, value: Buffer.from(JSON.stringify(status)) },
      ]);
    };
    await tell(0, version, 7, 2_000);
    await tell(1, version, 2, 3_000);
    await tell(1, version, 5, 1_000);
    const rule = await eventually(async () => {
      const { body } = await api.ask<Rule>('GET', '/v1/rules/slow-requests');
      return (body['status'] as { evaluation_errors: number } | undefined)?.evaluation_errors === 12 ? body : undefined;
    });
    expect(rule['status']).toEqual({ evaluation_errors: 12, last_error: 'error 7', last_error_at: '1970-01-01T00:00:02.000Z' });
    expect((await post(rule)).status).toBe(200);
    await api.ask('PATCH', '/v1/rules/slow-requests', { expression: 'span.duration > 3s' });
    expect((await api.ask<Rule>('GET', '/v1/rules/slow-requests')).body['status']).toBeUndefined();
  });

  it('replaces by PUT and changes by PATCH, each as a new version', async () => {
    const { version } = (await post({ ...SLOW, description: 'first' })).body;
    const put = await api.ask<Rule>('PUT', '/v1/rules/slow-requests', { ...SLOW, expression: 'span.duration > 2s' });
    expect(put.body).toMatchObject({ version: version + 1, description: '', expression: 'span.duration > 2s' });
    const patch = await api.ask<Rule>('PATCH', '/v1/rules/slow-requests', { enabled: false });
    expect(patch.body).toMatchObject({ version: version + 2, enabled: false, expression: 'span.duration > 2s' });
    const same = await api.ask<Rule>('PATCH', '/v1/rules/slow-requests', { enabled: false });
    expect(same.body.version).toBe(version + 2);
    expect((await api.ask('PUT', '/v1/rules/new-one', SLOW)).status).toBe(201);
  });

  it('refuses a change that is based on another version', async () => {
    const { version } = (await post(SLOW)).body;
    const header = await api.ask<Problem>(
      'PUT',
      '/v1/rules/slow-requests',
      { ...SLOW, severity: 'LOW' },
      { 'if-match': `"${version + 7}"` },
    );
    expect(header.status).toBe(412);
    expect(header.body.code).toBe('BT_API_PRECONDITION_FAILED');
    const member = await api.ask<Problem>('PATCH', '/v1/rules/slow-requests', { severity: 'LOW', version: version + 7 });
    expect([member.status, member.body.code]).toEqual([409, 'BT_API_RULE_CHANGED']);
    expect((await api.ask('PUT', '/v1/rules/slow-requests', { ...SLOW, severity: 'LOW' }, { 'if-match': `"${version}"` })).status).toBe(
      200,
    );
    expect((await api.ask('PATCH', '/v1/rules/slow-requests', { severity: 'LOW' }, { 'if-match': 'newest' })).status).toBe(400);
  });

  it('deletes once, then answers 404', async () => {
    await post(SLOW);
    expect((await api.ask('DELETE', '/v1/rules/slow-requests')).status).toBe(204);
    expect((await api.ask('DELETE', '/v1/rules/slow-requests')).status).toBe(404);
    expect((await api.ask<Problem>('GET', '/v1/rules/slow-requests')).body.code).toBe('BT_API_RULE_NOT_FOUND');
  });

  it('names the place of a mistake in an expression', async () => {
    const { status, headers, body } = await post<Problem>({ ...SLOW, expression: 'span.duration > 1s and\n span.durations > 1' });
    expect(status).toBe(422);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body.code).toBe('BT_API_EXPRESSION_INVALID');
    expect(body.errors?.[0]).toMatchObject({ path: 'expression', line: 2, column: 7, suggestion: 'duration' });
    expect(await api.store.rules()).toEqual([]);
  });

  it.each([
    ['a body without a name', { expression: 'true' }, 400, 'BT_HTTP_INVALID'],
    ['a body without an expression', { name: 'x' }, 400, 'BT_HTTP_INVALID'],
    ['an unknown severity', { ...SLOW, severity: 'URGENT' }, 400, 'BT_HTTP_INVALID'],
    ['a misspelt member', { ...SLOW, enabeld: false }, 400, 'BT_HTTP_INVALID'],
    ['a text where a boolean belongs', { ...SLOW, enabled: 'yes' }, 400, 'BT_HTTP_INVALID'],
    ['what is not JSON', '{"name": ', 400, 'BT_HTTP_BAD_JSON'],
    ['an expression that is too long', { ...SLOW, expression: `span.name == "${'x'.repeat(200)}"` }, 422, 'BT_API_EXPRESSION_TOO_LONG'],
  ])('refuses %s', async (_what, body, status, code) => {
    const answer = await post<Problem>(body);
    expect(answer.status).toBe(status);
    expect(answer.body.code).toBe(code);
  });

  it('requires an object for a change: null is refused', async () => {
    await api.ask('POST', '/v1/rules', { id: 'kept', name: 'kept', expression: 'span.name == "a"' });
    for (const body of ['null', '5', '"text"', 'true'])
      for (const [method, path] of [
        ['PATCH', '/v1/rules/kept'],
        ['PUT', '/v1/rules/kept'],
        ['POST', '/v1/rules'],
      ] as const) {
        const answer = await fetch(api.url + path, { method, headers: { 'content-type': 'application/json' }, body });
        const { code, detail } = (await answer.json()) as { code: string; detail: string };
        expect([method, answer.status, code, detail]).toEqual([
          method,
          400,
          'BT_HTTP_INVALID',
          expect.stringContaining('the body must be an object'),
        ]);
      }
    expect((await api.ask('GET', '/v1/rules/kept')).body).toMatchObject({ version: 1 });
  });

  it('refuses more rules than are allowed', async () => {
    for (let i = 0; i < 5; i++) expect((await post({ ...SLOW, name: `rule ${i}` })).status).toBe(201);
    const { status, body } = await post<Problem>({ ...SLOW, name: 'one more' });
    expect(status).toBe(422);
    expect(body.code).toBe('BT_API_TOO_MANY_RULES');
    expect((await post({ ...SLOW, name: 'rule 1', id: 'rule-1', severity: 'LOW' })).status).toBe(200);
  });

  it('answers after a marker of the change is in every partition', async () => {
    const partitions = api.log.partitions(TOPICS.spans);
    const ends = async () => Promise.all(Array.from({ length: partitions }, async (_, p) => (await api.log.bounds(TOPICS.spans, p)).end));
    const before = await ends();
    await post(SLOW);
    expect(await ends()).toEqual(before.map((end) => end + 1));
    await post(SLOW);
    expect(await ends()).toEqual(before.map((end) => end + 1));
    await post({ ...SLOW, name: 'disabled', enabled: false });
    expect(await ends()).toEqual(before.map((end) => end + 1));
  });
});
