import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiUnderTest } from '../testing/api-under-test.js';

const SLOW = { id: 'slow', name: 'slow', expression: 'span.duration > 1s' };
const CC6 = { framework: 'SOC 2', control: 'CC6.1' };
const AUDIT = { framework: 'HIPAA', control: '164.312(b)' };

describe('the controls of a rule', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await ApiUnderTest.start();
  });
  afterAll(() => api.close());

  const controls = async () => (await api.ask('GET', '/v1/rules/slow')).body['controls'];

  it('are put, patched, found, shown in the history and restored', async () => {
    expect((await api.ask('POST', '/v1/rules', { ...SLOW, controls: [CC6, AUDIT] })).body).toMatchObject({ controls: [CC6, AUDIT] });
    expect((await api.ask('GET', '/v1/rules?q=soc%202%20cc6')).body).toMatchObject({ total: 1 });
    expect((await api.ask('GET', '/v1/rules?q=soc%202%20cc7')).body).toMatchObject({ total: 0 });
    await api.ask('PATCH', '/v1/rules/slow', { severity: 'LOW' });
    expect(await controls()).toEqual([CC6, AUDIT]);
    await api.ask('PATCH', '/v1/rules/slow', { controls: [AUDIT] });
    expect(await controls()).toEqual([AUDIT]);
    await api.ask('PATCH', '/v1/rules/slow', { controls: null });
    expect(await controls()).toEqual([]);
    const { body } = await api.ask('GET', '/v1/rules/slow/versions');
    expect((body['versions'] as { changes?: object }[]).map(({ changes }) => changes)).toEqual([
      { controls: { from: [AUDIT], to: [] } },
      { controls: { from: [CC6, AUDIT], to: [AUDIT] } },
      { severity: { from: 'MEDIUM', to: 'LOW' } },
      undefined,
    ]);
    await api.ask('POST', '/v1/rules/slow/versions/1/restore');
    expect(await controls()).toEqual([CC6, AUDIT]);
  });

  it('become evidence if the rule requests it: patched, shown in the history, imported and restored', async () => {
    const evidence = async () => (await api.ask('GET', '/v1/rules/audited')).body['emit_evidence'];
    const rule = { ...SLOW, id: 'audited', name: 'audited', controls: [CC6] };
    expect((await api.ask('POST', '/v1/rules', rule)).body).toMatchObject({ emit_evidence: false });
    expect((await api.ask('PATCH', '/v1/rules/audited', { emit_evidence: true })).body).toMatchObject({ version: 2, emit_evidence: true });
    expect((await api.ask('PATCH', '/v1/rules/audited', { tags: ['a'] })).body).toMatchObject({ version: 3, emit_evidence: true });
    const dry = await api.ask('POST', '/v1/rules/import', { dry_run: true, rules: [{ ...rule, tags: ['a'] }] });
    expect(dry.body).toMatchObject({ rules: [{ changes: { emit_evidence: { from: true, to: false } } }] });
    await api.ask('PATCH', '/v1/rules/audited', { emit_evidence: null });
    expect(await evidence()).toBe(false);
    await api.ask('POST', '/v1/rules/audited/versions/2/restore');
    expect(await evidence()).toBe(true);
    expect((await api.ask('PUT', '/v1/rules/audited', { ...rule, emit_evidence: 'yes' })).status).toBe(400);
  });

  it('are part of an import, which shows their differences, and of a body sent back unchanged', async () => {
    await api.ask('PUT', '/v1/rules/slow', { ...SLOW, controls: [CC6] });
    const { body: answered } = await api.ask('GET', '/v1/rules/slow');
    expect((await api.ask('PUT', '/v1/rules/slow', answered)).body).toMatchObject({ version: answered['version'], controls: [CC6] });
    const dry = await api.ask('POST', '/v1/rules/import', { dry_run: true, rules: [{ ...SLOW, controls: [AUDIT] }] });
    expect(dry.body).toMatchObject({ rules: [{ action: 'updated', changes: { controls: { from: [CC6], to: [AUDIT] } } }] });
    // A whole body without controls removes them.
    await api.ask('PUT', '/v1/rules/slow', SLOW);
    expect(await controls()).toEqual([]);
  });

  it.each([
    ['a text', ['SOC 2 CC6.1'], 'BT_HTTP_INVALID'],
    ['null among them', [null], 'BT_HTTP_INVALID'],
    ['a number as control', [{ framework: 'GDPR', control: 32 }], 'BT_HTTP_INVALID'],
    ['no framework', [{ control: 'CC6.1' }], 'BT_HTTP_INVALID'],
    ['an unknown member', [{ ...CC6, contol: 'x' }], 'BT_HTTP_INVALID'],
    ['51 of them', Array.from({ length: 51 }, (_, n) => ({ framework: 'GDPR', control: `${n}` })), 'BT_HTTP_INVALID'],
    ['1 MB', [{ framework: 'GDPR', control: 'x'.repeat(1_000_000) }], 'BT_HTTP_INVALID'],
    ['one that is blank', [{ framework: ' ', control: 'x' }], 'BT_API_RULE_TEXT_INVALID'],
    ['U+0000', [{ framework: 'GDPR', control: '\u0000' }], 'BT_API_RULE_TEXT_INVALID'],
    ['half a surrogate pair', [{ framework: '\ud800', control: 'x' }], 'BT_API_RULE_TEXT_INVALID'],
    ['one twice', [CC6, AUDIT, CC6], 'BT_API_RULE_TEXT_INVALID'],
  ])('are refused with %s', async (_what, wrong, code) => {
    await api.ask('PUT', '/v1/rules/slow', { ...SLOW, controls: [CC6] });
    for (const method of ['PUT', 'PATCH']) {
      const { status, body } = await api.ask(method, '/v1/rules/slow', { ...SLOW, controls: wrong });
      expect([status, body['code']]).toEqual([400, code]);
    }
    const { status, body } = await api.ask('POST', '/v1/rules/import', { rules: [{ ...SLOW, controls: wrong }] });
    expect([status, body['code']]).toEqual(code === 'BT_HTTP_INVALID' ? [400, code] : [422, 'BT_API_IMPORT_INVALID']);
    expect(await controls()).toEqual([CC6]);
  });
});
