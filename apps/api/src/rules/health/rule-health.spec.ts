import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { healthKey, type RuleHealthRecord, TOPICS } from '#records';
import { ApiUnderTest } from '../../testing/api-under-test.js';
import { eventually } from '../../testing/eventually.js';
import { publish, violation } from '../../testing/violation.js';
import type { RuleList, RuleView } from '../rule.dto.js';

const HOUR = 3_600_000;

describe('the health of rules', () => {
  let api: ApiUnderTest;
  const now = Date.now();
  const hour = Math.floor(now / HOUR);
  beforeAll(async () => {
    api = await ApiUnderTest.start();
    for (const name of ['slow-requests', 'quiet']) await api.ask('POST', '/v1/rules', { name, expression: 'span.duration > 1s' });
    const of = (id: string, hours: number, change: object = {}) => violation({ id, timestamp_ms: now - hours * HOUR, ...change });
    await publish(
      api.log,
      of('a', 30),
      of('b', 2),
      of('c', 1),
      of('d', 1, { status: 'retracted', revision: 2 }),
      of('e', 3, { status: 'undecided' }),
    );
    await tell(
      {},
      { hour: hour - 1, rules: [['slow-requests', 5, 1, 0, 0, 100]] },
      { partition: 1, rules: [['slow-requests', 7, 2, 3, 0, 31.5]] },
    );
    // A later record replaces the one of the same evaluator only; records that are too old do not count.
    await tell({ rules: [['slow-requests', 12, 1, 0, 0, 0.25]] }, { evaluator: 'other', rules: [['slow-requests', 1_000, 0, 0, 0, 0]] });
    await tell({ hour: hour - 30, rules: [['slow-requests', 50_000, 0, 0, 0, 0]] });
    await eventually(() => api.store.violation('e'));
    await eventually(async () => ((await health('slow-requests')).evaluations === 1_024 ? true : undefined));
  });
  afterAll(() => api.close());

  const tell = (...changes: readonly Partial<RuleHealthRecord>[]) =>
    api.log.append(
      TOPICS.ruleStatus,
      changes.map((change) => {
        const record: RuleHealthRecord = {
          kind: 'health',
          partition: 0,
          hour,
          part: 0,
          evaluator: 'one',
          rules: [['slow-requests', 10, 0, 0, 0, 0]],
          ...change,
        };
        const key = healthKey(record.partition, record.hour, record.part);
        return { partition: 0, key, value: Buffer.from(JSON.stringify(record)) };
      }),
    );
  const health = async (id: string) => (await api.ask<RuleView>('GET', `/v1/rules/${id}?health=true`)).body.health!;

  it('counts matches, evaluations and cost of the last 24 hours', async () => {
    expect(await health('slow-requests')).toEqual({
      since: expect.any(String),
      violations: 2,
      undecided: 1,
      retracted: 1,
      never_matched: false,
      last_match_at: new Date(now - HOUR).toISOString(),
      evaluations: 1_024,
      evaluation_errors: 3,
      evaluation_seconds: 0.132,
    });
    expect(await health('quiet')).toEqual({
      since: expect.any(String),
      violations: 0,
      undecided: 0,
      retracted: 0,
      never_matched: true,
      evaluations: 0,
      evaluation_errors: 0,
      evaluation_seconds: 0,
    });
  });

  it('is part of the list on request, which can still be imported', async () => {
    const list = (await api.ask<RuleList>('GET', '/v1/rules?health=true')).body;
    expect(list.rules.map(({ id, health: of }) => [id, of?.violations])).toEqual([
      ['quiet', 0],
      ['slow-requests', 2],
    ]);
    const imported = await api.ask('POST', '/v1/rules/import', { ...list, dry_run: true });
    expect([imported.status, imported.body['unchanged']]).toEqual([200, 2]);
    expect((await api.ask<RuleList>('GET', '/v1/rules')).body.rules[0]).not.toHaveProperty('health');
    expect((await api.ask('GET', '/v1/rules?health=maybe')).status).toBe(400);
  });

  it('changes the ETag, which starts with the version', async () => {
    const plain = await api.ask('GET', '/v1/rules/quiet');
    const told = await api.ask('GET', '/v1/rules/quiet?health=true');
    expect(told.headers.get('etag')).toMatch(/^"1-/);
    expect(told.headers.get('etag')).not.toBe(plain.headers.get('etag'));
  });

  it('skips an invalid record', async () => {
    await api.log.append(TOPICS.ruleStatus, [{ partition: 0, key: 'x', value: Buffer.from('{"kind": "health", "hour": "x"}') }]);
    await tell({ rules: [['slow-requests', 13, 1, 0, 0, 0.25]] });
    await eventually(async () => ((await health('slow-requests')).evaluations === 1_025 ? true : undefined));
  });

  it('includes the last match of a rule in shadow', async () => {
    await api.ask('POST', '/v1/rules', { name: 'hidden', expression: 'span.duration > 1s', mode: 'shadow' });
    expect(await health('hidden')).toMatchObject({ never_matched: true });
    const sample = {
      id: 'viol-h',
      revision: 1,
      status: 'open',
      rule_version: 1,
      trace_id: 't',
      span_id: 's',
      service: 'a',
      timestamp_ms: now,
      message: 'm',
    };
    const undecided = { ...sample, id: 'viol-u', status: 'undecided', timestamp_ms: now + 1 };
    const record = { kind: 'shadow', rule_id: 'hidden', partition: 0, samples: [sample, undecided] };
    await api.log.append(TOPICS.ruleStatus, [{ partition: 0, key: 'shadow/hidden', value: Buffer.from(JSON.stringify(record)) }]);
    const matched = await eventually(async () => ((await health('hidden')).never_matched ? undefined : health('hidden')));
    expect(matched).toMatchObject({ violations: 0, never_matched: false, last_match_at: new Date(now).toISOString() });
  });
});
