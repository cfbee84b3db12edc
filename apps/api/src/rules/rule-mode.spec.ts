import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ShadowSample, shadowKey, TOPICS } from '#records';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { eventually } from '../testing/eventually.js';
import type { RuleSamples } from './health/rule-samples.dto.js';

const SLOW = { id: 'slow', name: 'slow', expression: 'span.duration > 1s' };

describe('the mode of a rule', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await ApiUnderTest.start();
  });
  afterAll(() => api.close());
  beforeEach(async () => {
    for (const { id } of await api.store.rules()) await api.store.deleteRule(id, 0);
  });

  const put = async (body: object) => {
    const answer = await api.ask('PUT', '/v1/rules/slow', { ...SLOW, ...body });
    return answer.status < 300 ? [answer.body['mode'], answer.body['enabled']] : answer.body['code'];
  };
  const patch = async (body: object) => (await api.ask('PATCH', '/v1/rules/slow', body)).body['mode'];

  const NEW: readonly (readonly [object, unknown])[] = [
    [{}, ['enforce', true]],
    [{ enabled: true }, ['enforce', true]],
    [{ enabled: false }, ['off', false]],
    [{ mode: 'shadow' }, ['shadow', true]],
    [{ mode: 'off' }, ['off', false]],
    [{ mode: 'shadow', enabled: true }, ['shadow', true]],
    [{ mode: 'off', enabled: false }, ['off', false]],
    [{ mode: 'shadow', enabled: false }, 'BT_HTTP_INVALID'],
    [{ mode: 'off', enabled: true }, 'BT_HTTP_INVALID'],
    [{ mode: 'dry' }, 'BT_HTTP_INVALID'],
  ];
  it.each(NEW)('of a new rule with %j is %j', async (body, expected) => {
    expect(await put(body)).toEqual(expected);
  });

  const CHANGED: readonly (readonly [string, object, unknown])[] = [
    ['enforce', { enabled: false, mode: 'enforce' }, ['off', false]],
    ['enforce', { enabled: true, mode: 'off' }, ['off', false]],
    ['off', { enabled: true, mode: 'off' }, ['enforce', true]],
    ['off', { enabled: false, mode: 'shadow' }, ['shadow', true]],
    ['shadow', { enabled: false, mode: 'shadow' }, ['off', false]],
    ['shadow', { enabled: false, mode: 'enforce' }, 'BT_HTTP_INVALID'],
    ['shadow', {}, ['enforce', true]],
  ];
  it.each(CHANGED)('of a rule that is %s and is put with %j is %j: the member that changes counts', async (mode, body, expected) => {
    await put({ mode });
    expect(await put(body)).toEqual(expected);
  });

  it('is changed by a patch, in which `enabled` alone keeps a rule in shadow', async () => {
    await put({});
    expect(await patch({ mode: 'shadow' })).toBe('shadow');
    expect(await patch({ enabled: true })).toBe('shadow');
    expect(await patch({ severity: 'LOW' })).toBe('shadow');
    expect(await patch({ enabled: false })).toBe('off');
    expect(await patch({ mode: null })).toBe('enforce');
    expect(await patch({ enabled: false })).toBe('off');
    expect(await patch({ enabled: true })).toBe('enforce');
    await patch({ mode: 'shadow' });
    expect(await patch({ mode: null })).toBe('enforce');
  });

  it.each<[string, object, object]>([
    ['enabled alone', { enabled: false }, { enabled: true }],
    ['the mode, and enabled', { mode: 'off' }, { enabled: true }],
    ['enabled changed, with the mode as it was read', { enabled: false, mode: 'shadow' }, { enabled: true, mode: 'off' }],
  ])('stays shadow after turning the rule off and on, so that no one is alerted: by %s', async (_, off, on) => {
    await put({ mode: 'shadow' });
    expect(await patch(off)).toBe('off');
    expect(await patch({ severity: 'LOW' })).toBe('off');
    const [published] = await Promise.all([api.store.latestEpoch().then((epoch) => api.store.ruleSet(epoch))]);
    expect(published).not.toContain('slow');
    expect(await patch(on)).toBe('shadow');
    await patch({ enabled: false });
    expect(await patch({ mode: 'enforce' })).toBe('enforce');
    await patch({ enabled: false });
    expect(await patch({ enabled: true })).toBe('enforce');
  });

  it('is in history, filters, imports and the rules log, which omits it for enforced rules', async () => {
    await put({});
    await patch({ mode: 'shadow' });
    const history = (await api.ask<{ versions: readonly { readonly version: number }[] }>('GET', '/v1/rules/slow/versions')).body;
    expect(history.versions[0]).toMatchObject({ changes: { mode: { from: 'enforce', to: 'shadow' } }, rule: { mode: 'shadow' } });
    const { version } = history.versions[0]!;
    expect((await api.ask('GET', '/v1/rules?mode=shadow')).body['total']).toBe(1);
    expect((await api.ask('GET', '/v1/rules?mode=enforce')).body['total']).toBe(0);
    const list = (await api.ask('GET', '/v1/rules')).body;
    expect((await api.ask('POST', '/v1/rules/import', list)).body).toMatchObject({ unchanged: 1 });
    const sets = await Promise.all(
      [(await api.store.latestEpoch()) - 1, await api.store.latestEpoch()].map((epoch) => api.store.ruleSet(epoch)),
    );
    const modes = sets.map((set) => (JSON.parse(set!) as { snapshot: readonly { mode?: string }[] }).snapshot.map(({ mode }) => mode));
    expect(modes).toEqual([[undefined], ['shadow']]);
    expect((await api.ask('POST', `/v1/rules/slow/versions/${version - 1}/restore`)).body).toMatchObject({ mode: 'enforce' });
  });

  const sample = (id: string, timestamp_ms: number, change: Partial<ShadowSample> = {}): ShadowSample => ({
    id,
    revision: 1,
    status: 'open',
    rule_version: 1,
    trace_id: 't',
    span_id: 's',
    service: 'shop',
    timestamp_ms,
    message: 'slow',
    explanation: { summary: 'it took 2 s' },
    ...change,
  });
  const tell = (partition: number, ...samples: readonly ShadowSample[]) =>
    api.log.append(TOPICS.ruleStatus, [
      {
        partition: 0,
        key: shadowKey('slow', partition),
        value: Buffer.from(JSON.stringify({ kind: 'shadow', rule_id: 'slow', partition, samples })),
      },
    ]);

  it("shadow has samples: the newest of all partitions, the last revision of each, also after an evaluator's restart", async () => {
    await put({ mode: 'shadow' });
    expect((await api.ask<RuleSamples>('GET', '/v1/rules/slow/samples')).body).toEqual({ rule_id: 'slow', mode: 'shadow', samples: [] });
    await tell(0, ...Array.from({ length: 10 }, (_, i) => sample(`a${i}`, 1_000 + i)));
    await tell(1, ...Array.from({ length: 10 }, (_, i) => sample(`b${i}`, 2_000 + i)));
    await api.log.append(TOPICS.ruleStatus, [{ partition: 0, key: 'x', value: Buffer.from('{"kind": "shadow", "rule_id": "slow"}') }]);
    await tell(1, sample('b9', 2_500, { revision: 2, status: 'retracted' }), sample('c', 3_000));
    const { samples } = await eventually(async () => {
      const { body } = await api.ask<RuleSamples>('GET', '/v1/rules/slow/samples');
      return body.samples[0]?.id === 'c' ? body : undefined;
    });
    expect(samples.map(({ id }) => id)).toEqual([
      ...['c', 'b9', 'b8', 'b7', 'b6', 'b5', 'b4', 'b3', 'b2', 'b1', 'b0'],
      ...['a9', 'a8', 'a7', 'a6', 'a5', 'a4', 'a3', 'a2', 'a1'],
    ]);
    expect(samples[1]).toMatchObject({ revision: 2, status: 'retracted', timestamp: new Date(2_500).toISOString() });
    expect((await api.ask('GET', '/v1/rules/none/samples')).status).toBe(404);
  });
});
