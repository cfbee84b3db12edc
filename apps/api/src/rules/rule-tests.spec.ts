import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiUnderTest } from '../testing/api-under-test.js';

const SLOW = { id: 'slow', name: 'slow', expression: 'span.duration > 1s' };
const FAST = { name: 'fast', trace: 'checkout 120ms', expect: 'no match' };
const LATE = { name: 'late', trace: 'checkout 2s\n  charge 10ms', expect: { match: ['checkout'] } };
/** Times above 2⁵³, which would be equal as JavaScript's numbers. */
const EXACT = {
  name: 'one nanosecond',
  trace: '{"spans": [{"name": "a", "start_time": 1699000000000000001, "end_time": 1699000001000000002}]}',
  expect: 'match',
};

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly { readonly path: string; readonly line?: number; readonly column?: number; readonly message: string }[];
}

describe('the test cases of a rule', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await ApiUnderTest.start();
  });
  afterAll(() => api.close());

  const kept = async () => (await api.ask('GET', '/v1/rules/slow')).body['tests'];
  const version = async () => (await api.store.rule('slow'))?.version;

  it('are kept unchanged, patched, shown in the history and restored; without any the member is absent', async () => {
    expect((await api.ask('POST', '/v1/rules', SLOW)).body).not.toHaveProperty('tests');
    expect((await api.ask('PATCH', '/v1/rules/slow', { tests: [FAST, EXACT] })).body).toMatchObject({ version: 2, tests: [FAST, EXACT] });
    await api.ask('PATCH', '/v1/rules/slow', { severity: 'LOW' });
    expect(await kept()).toEqual([FAST, EXACT]);
    await api.ask('PATCH', '/v1/rules/slow', { tests: null });
    expect(await kept()).toBeUndefined();
    const { body } = await api.ask('GET', '/v1/rules/slow/versions');
    expect((body['versions'] as { changes?: object }[]).map(({ changes }) => changes)).toEqual([
      { tests: { from: [FAST, EXACT], to: [] } },
      { severity: { from: 'MEDIUM', to: 'LOW' } },
      { tests: { from: [], to: [FAST, EXACT] } },
      undefined,
    ]);
    await api.ask('POST', '/v1/rules/slow/versions/2/restore');
    expect(await kept()).toEqual([FAST, EXACT]);
    const { body: answered } = await api.ask('GET', '/v1/rules/slow');
    expect((await api.ask('PUT', '/v1/rules/slow', answered)).body).toMatchObject({ version: answered['version'], tests: [FAST, EXACT] });
  });

  it('run on a save that requests it, which then needs all to pass', async () => {
    await api.ask('PUT', '/v1/rules/slow', { ...SLOW, tests: [FAST, LATE, EXACT] });
    const before = await version();
    const change = { expression: 'span.duration > 1000000001ns or span.name == "charge"' };
    const refused = await api.ask<Problem>('PATCH', '/v1/rules/slow?run_tests=true', change);
    expect(refused.status).toBe(422);
    expect(refused.body.code).toBe('BT_API_RULE_TESTS_FAIL');
    expect(refused.body.errors.map(({ path, message }) => [path, message])).toEqual([
      ['tests[1]', 'late: matches charge, which was not expected (in one batch)'],
      ['tests[2]', 'one nanosecond: expected a match, and there is none (in one batch)'],
    ]);
    expect(await version()).toBe(before);
    for (const [method, path, body] of [
      ['PUT', '/v1/rules/slow', { ...SLOW, ...change, tests: [LATE] }],
      ['POST', '/v1/rules', { ...SLOW, ...change, tests: [LATE] }],
    ] as const)
      expect((await api.ask<Problem>(method, `${path}?run_tests=true`, body)).body.code).toBe('BT_API_RULE_TESTS_FAIL');
    expect(await version()).toBe(before);
    expect((await api.ask('PATCH', '/v1/rules/slow', change)).status).toBe(200);
    expect((await api.ask('PATCH', '/v1/rules/slow?run_tests=true', { expression: SLOW.expression })).status).toBe(200);
    expect((await api.ask('PATCH', '/v1/rules/slow?run_tests=maybe', {})).status).toBe(400);
  });

  it('run on a restore and an import that request it, except for unchanged rules', async () => {
    const wrong = { ...LATE, expect: 'no match' };
    await api.ask('PUT', '/v1/rules/slow', { ...SLOW, tests: [wrong] });
    const failing = await version();
    await api.ask('PUT', '/v1/rules/slow', { ...SLOW, tests: [LATE] });
    const restore = (query: string) => api.ask<Problem>('POST', `/v1/rules/slow/versions/${failing}/restore${query}`);
    expect((await restore('?run_tests=true')).body.code).toBe('BT_API_RULE_TESTS_FAIL');
    expect(await version()).toBe(failing! + 1);
    expect((await restore('')).status).toBe(200);
    const rules = [
      { ...SLOW, tests: [wrong] },
      { ...SLOW, id: 'other', name: 'other', tests: [FAST, wrong] },
    ];
    for (const query of ['?run_tests=true', '?run_tests=true&dry_run=true']) {
      const { status, body } = await api.ask<Problem>('POST', `/v1/rules/import${query}`, { rules });
      expect([status, body.code, body.errors.map(({ path }) => path)]).toEqual([422, 'BT_API_IMPORT_TESTS_FAIL', ['rules[1].tests[1]']]);
    }
    expect(await api.store.rule('other')).toBeUndefined();
    const invalid = await api.ask<Problem>('POST', '/v1/rules/import?run_tests=true', {
      rules: [...rules, { name: 'c', expression: '(' }],
    });
    expect(invalid.body.code).toBe('BT_API_IMPORT_INVALID');
    expect((await api.ask('POST', '/v1/rules/import', { rules })).status).toBe(200);
    await api.store.deleteRule('other', 0);
  });

  it('run without being saved, and explain why the rule matches or does not', async () => {
    const { body } = await api.ask('POST', '/v1/rules/test-cases', {
      expression: 'span.name == "charge" and attribute.amount > 1000',
      on_error: 'undecided',
      tests: [
        { name: 'undecided', trace: 'charge amount="5000"', expect: 'undecided' },
        { name: 'otlp', trace: OTLP, expect: 'match' },
        { name: 'wrong', trace: 'charge amount=1', expect: 'match' },
      ],
    });
    expect(body).toMatchObject({
      passed: false,
      results: [
        { name: 'undecided', passed: true },
        { name: 'otlp', passed: true },
        { name: 'wrong', passed: false, reason: 'expected a match, and there is none', arrangement: 'in one batch' },
      ],
    });
    expect((body['results'] as { why: string[] }[])[2]?.why[0]).toContain('attribute.amount');
  });

  it.each<[string, object, string, number | undefined]>([
    ['an invalid line', { ...FAST, trace: 'checkout\n  charge kind=sever' }, 'tests[0].trace', 2],
    ['invalid JSON', { ...FAST, trace: '{"spans": [' }, 'tests[0].trace', undefined],
    ['a trace without a span', { ...FAST, trace: '[]' }, 'tests[0].trace', undefined],
  ])('are refused with their place: %s', async (_what, test, path, line) => {
    const present = await version();
    for (const [method, at, body] of [
      ['PATCH', '/v1/rules/slow', { tests: [test] }],
      ['POST', '/v1/rules/test-cases', { expression: 'true', tests: [test] }],
    ] as const) {
      const answer = await api.ask<Problem>(method, at, body);
      expect([answer.status, answer.body.code, answer.body.errors[0]?.path, answer.body.errors[0]?.line]).toEqual([
        422,
        'BT_API_RULE_TEST_INVALID',
        path,
        line,
      ]);
    }
    const imported = await api.ask<Problem>('POST', '/v1/rules/import', { rules: [{ ...SLOW, tests: [test] }] });
    expect([imported.status, imported.body.code, imported.body.errors[0]?.path]).toEqual([
      422,
      'BT_API_IMPORT_INVALID',
      `rules[0].${path}`,
    ]);
    expect(await version()).toBe(present);
  });

  it.each([
    [{ ...FAST, expect: 'matches' }],
    [{ ...FAST, expect: { match: [] } }],
    [{ ...FAST, expect: { match: ['a'], no: 1 } }],
    [{ ...FAST, name: '' }],
    [{ name: 'a', expect: 'match' }],
    [{ ...FAST, trace: 'a'.repeat(65_537) }],
    [{ ...FAST, extra: 1 }],
  ])('are refused when invalid: %j', async (test) => {
    expect((await api.ask('PATCH', '/v1/rules/slow', { tests: [test] })).status).toBe(400);
  });

  it('are limited to fifty', async () => {
    const tests = (count: number) => Array.from({ length: count }, (_, n) => ({ ...FAST, name: `case ${n}` }));
    expect((await api.ask('PATCH', '/v1/rules/slow', { tests: tests(51) })).status).toBe(400);
    expect((await api.ask('PATCH', '/v1/rules/slow?run_tests=true', { tests: tests(50) })).status).toBe(200);
  });

  it('are part of an import, which shows their differences', async () => {
    const dry = await api.ask('POST', '/v1/rules/import', { dry_run: true, rules: [{ ...SLOW, tests: [FAST] }] });
    expect(dry.body).toMatchObject({ rules: [{ action: 'updated', changes: { tests: { to: [FAST] } } }] });
  });
});

const OTLP = JSON.stringify({
  resourceSpans: [
    {
      resource: { attributes: [] },
      scopeSpans: [
        {
          spans: [
            {
              traceId: '5b8efff798038103d269b633813fc60c',
              spanId: 'eee19b7ec3c1b174',
              name: 'charge',
              startTimeUnixNano: '1699000000000000001',
              endTimeUnixNano: '1699000002000000001',
              attributes: [{ key: 'amount', value: { intValue: '1800' } }],
            },
          ],
        },
      ],
    },
  ],
});
