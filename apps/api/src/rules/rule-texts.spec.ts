import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiUnderTest } from '../testing/api-under-test.js';

const GOOD = { name: 'Good', expression: 'span.is_root' };
const IDS = ['__proto__', '..', 'x/../y', 'a/b', '\u0000', 'a\u0000b', ' ', 'a\nb', '😀', 'a\u202eb', 'x'.repeat(129)];
const TEXTS = ['x \ud800 y', 'a\u0000b', 'a\u0007b', 'a\u202eb', '   ', '\u200b'];

describe('a rule with an invalid text', () => {
  let api: ApiUnderTest;
  beforeEach(async () => {
    api = await ApiUnderTest.start();
  });
  afterEach(() => api.close());

  const rules = async () => (await api.ask<{ rules: unknown[] }>('GET', '/v1/rules')).body.rules;

  it.each(IDS)('is refused as an id by POST and PUT: %j', async (id) => {
    const refusal = { code: 'BT_API_RULE_TEXT_INVALID', errors: [{ path: 'id', message: expect.stringContaining('letter or digit') }] };
    const posted = await api.ask('POST', '/v1/rules', { ...GOOD, id });
    expect([posted.status, posted.body]).toEqual([400, expect.objectContaining(refusal)]);
    // Clients resolve dots in paths themselves, so `..` as a whole segment reaches no server.
    if (id !== '..') {
      const put = await api.ask('PUT', `/v1/rules/${encodeURIComponent(id)}`, GOOD);
      expect([put.status, put.body]).toEqual([400, expect.objectContaining(refusal)]);
    }
    expect(await rules()).toEqual([]);
  });

  it.each(TEXTS)('is refused as a name, a tag or a message by POST, PUT and PATCH: %j', async (text) => {
    await api.ask('POST', '/v1/rules', { ...GOOD, id: 'good' });
    const before = await rules();
    for (const [change, path] of [
      [{ name: text }, 'name'],
      [{ message: text }, 'message'],
      [{ tags: ['fine', text] }, 'tags[1]'],
    ] as const) {
      for (const answer of [
        await api.ask('POST', '/v1/rules', { ...GOOD, id: 'bad', ...change }),
        await api.ask('PUT', '/v1/rules/bad', { ...GOOD, ...change }),
        await api.ask('PUT', '/v1/rules/good', { ...GOOD, ...change }),
        await api.ask('PATCH', '/v1/rules/good', change),
      ]) {
        expect([answer.status, answer.body]).toEqual([
          400,
          expect.objectContaining({ code: 'BT_API_RULE_TEXT_INVALID', errors: [{ path, message: expect.stringMatching(/^must not/) }] }),
        ]);
      }
    }
    expect(await rules()).toEqual(before);
  });

  it('from an earlier version can still be disabled, corrected and deleted', async () => {
    const content = {
      id: 'a..b',
      description: '',
      severity: 'HIGH' as const,
      tags: [],
      enabled: true,
      message: null,
      onError: 'no_match' as const,
    };
    await api.store.putRule({ ...content, id: 'a\u0007b', name: 'bell', expression: 'span.is_root' }, 1);
    expect((await api.ask('DELETE', '/v1/rules/a%07b')).status).toBe(204);
    await api.store.putRule({ ...content, name: ' \u0007', expression: 'span.is_root' }, 1);
    expect((await api.ask('PATCH', '/v1/rules/a..b', { enabled: false })).status).toBe(200);
    expect((await api.ask('PATCH', '/v1/rules/a..b', { name: '\u0000' })).status).toBe(400);
    expect((await api.ask('PATCH', '/v1/rules/a..b', { name: 'Mended' })).status).toBe(200);
    expect((await api.ask('DELETE', '/v1/rules/a..b')).status).toBe(204);
  });
});
