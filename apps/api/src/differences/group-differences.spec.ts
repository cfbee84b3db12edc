import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeRequest, type JsonValue, spansFromValue } from '#otlp';
import { TOPICS } from '#records';
import { SensitiveAttributes } from '../attributes/sensitive-attributes.js';
import type { ViolationGroupList } from '../groups/violation-group.dto.js';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { eventually } from '../testing/eventually.js';
import { publish, violation } from '../testing/violation.js';
import type { GroupDifferencesView } from './group-differences.dto.js';
import { GroupDifferences } from './group-differences.js';

interface Kind {
  readonly version: string;
  readonly host?: string;
  readonly attributes?: object;
  readonly service?: string;
  /** Without its root the trace is incomplete, and left out. */
  readonly withoutRoot?: boolean;
}

describe('/v1/violations/groups/{id}/differences', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await ApiUnderTest.start();
  });
  afterAll(() => api.close());

  let count = 0;
  /** Appends a trace of two records to a partition; returns the place that a violation names. */
  async function trace({ version, host = 'h-1', attributes = {}, service = 'checkout', withoutRoot = false }: Kind, partition = 0) {
    const trace_id = `trace-${++count}`;
    const resource = { 'service.version': version, 'host.name': host };
    const span = (span_id: string, more: object) => ({ trace_id, span_id, name: 'pay', service, resource, attributes, ...more });
    const offsets: number[] = [];
    let wire_trace_id = '';
    for (const one of [span('child', { parent_id: 'root', name: 'query' }), ...(withoutRoot ? [] : [span('root', { name: 'pay' })])]) {
      const request = spansFromValue({ spans: [one as unknown as JsonValue] }, { incomplete: true });
      wire_trace_id = request.resourceSpans[0]!.scopeSpans[0]!.spans[0]!.traceId;
      offsets.push(...(await api.log.append(TOPICS.spans, [{ partition, value: encodeRequest(request) }])));
    }
    return { trace_id, wire_trace_id, log: { partition, first_offset: offsets[0]!, last_offset: offsets.at(-1)! } };
  }

  async function violate(rule_id: string, kind: Kind, change: object = {}, partition = 0) {
    const about = await trace(kind, partition);
    const id = `viol-${count}`;
    await publish(api.log, violation({ id, rule_id, timestamp_ms: 1_700_000_000_000 + count * 1_000, ...about, ...change }));
    await eventually(() => api.store.violation(id));
  }

  const groupOf = async (rule: string) =>
    (await api.ask<ViolationGroupList>('GET', `/v1/violations/groups?status=all&service=checkout&rule_id=${rule}`)).body.groups[0]!.id;
  const differences = async (rule: string, query = '') =>
    (await api.ask<GroupDifferencesView>('GET', `/v1/violations/groups/${await groupOf(rule)}/differences${query}`)).body;

  it('lists what violating traces have and complying ones lack, clearest first, as conditions for rules', async () => {
    const secret = { 'user.email': 'a@example.com', 'db.password': 'x', payload: [1] };
    for (let n = 0; n < 24; n++) {
      const partition = n % 2;
      await violate(
        'slow',
        { version: '1.4.2', host: n % 3 === 0 ? 'h-2' : 'h-1', attributes: { retry: true, 'say "hi"': 'a\\b', ...secret } },
        {},
        partition,
      );
      await trace({ version: '1.4.1', attributes: { payload: [1] } }, partition);
      if (n % 2 === 0) await trace({ version: '1.4.2', attributes: { payload: [1] } }, partition);
      // Traces without influence: another service, a part of a trace, another violation of the rule elsewhere, a retracted one.
      await trace({ version: '0.1', service: 'search' }, partition);
      await trace({ version: '0.2', withoutRoot: true }, partition);
    }
    await violate('slow', { version: '0.3' }, { service: 'another' });
    await violate('slow', { version: '1.4.1', attributes: { retracted: 'yes', payload: [1] } }, { status: 'retracted', revision: 2 });
    const found = await differences('slow', '?limit=200');
    expect([found.violating_traces, found.other_traces, found.total]).toEqual([24, 37, found.differences.length]);
    const told = found.differences.map(({ on, name, value, violating, other }) => [on, name, value, violating, other]);
    expect(told).toEqual([
      ['span', 'retry', true, 24, 0],
      ['span', 'say "hi"', 'a\\b', 24, 0],
      // The value is never shown.
      ['span', 'db.password', undefined, 24, 0],
      ['span', 'user.email', undefined, 24, 0],
      ['resource', 'service.version', '1.4.2', 24, 12],
      ['resource', 'host.name', 'h-2', 8, 0],
    ]);
    expect(found.differences.map(({ condition }) => condition)).toEqual([
      'span.attributes["retry"] == true',
      String.raw`span.attributes["say \"hi\""] == "a\\b"`,
      'span.attributes["db.password"] != nil',
      'span.attributes["user.email"] != nil',
      'span.resource["service.version"] == "1.4.2"',
      'span.resource["host.name"] == "h-2"',
    ]);
    for (const { condition } of found.differences) {
      const checked = await api.ask('POST', '/v1/rules/validate', { expression: condition });
      expect([condition, checked.body['valid']]).toEqual([condition, true]);
    }
    const least = found.differences.map(({ at_least }) => at_least);
    expect(least).toEqual(least.toSorted((a, b) => b - a));
    expect(Math.min(...least)).toBeGreaterThan(0);
    const first = await differences('slow', '?limit=1');
    expect([first.differences, first.total]).toEqual([found.differences.slice(0, 1), found.total]);
  });

  it('compares the violations of a period, and says when there are none to compare', async () => {
    expect(await differences('slow', '?end_time=1000')).toMatchObject({
      violating_traces: 0,
      other_traces: 0,
      differences: [],
      total: 0,
      sampled_spans: 0,
    });
    expect(await differences('slow', '?end_time=1000')).not.toHaveProperty('since');
    // One violation shows nothing, however different it is.
    await violate('once', { version: '9', attributes: { only: 'here' } });
    const once = await differences('once');
    expect([once.violating_traces, once.differences]).toEqual([1, []]);
    expect(once.other_traces).toBeGreaterThan(10);
    expect(Date.parse(once.until!)).toBeGreaterThanOrEqual(Date.parse(once.since!));
    // The log has deleted it.
    await publish(
      api.log,
      violation({
        id: 'viol-lost',
        rule_id: 'lost',
        wire_trace_id: 'f'.repeat(32),
        log: { partition: 3, first_offset: 900_000, last_offset: 900_001 },
      }),
    );
    await eventually(() => api.store.violation('viol-lost'));
    expect(await differences('lost')).toMatchObject({ violating_traces: 0, differences: [] });
  });

  it('answers one request at a time, and refuses more than may wait', async () => {
    const comparing = new GroupDifferences(api.store, api.log, new SensitiveAttributes([]));
    const group = (await api.store.violationGroup(await groupOf('slow'), 0))!;
    const asked = await Promise.allSettled(Array.from({ length: 30 }, () => comparing.of(group, {})));
    const codes = asked.map((one) => (one.status === 'fulfilled' ? 'answered' : (one.reason as { code: string }).code));
    expect(codes).toEqual([...new Array<string>(8).fill('answered'), ...new Array<string>(22).fill('BT_API_DIFFERENCES_BUSY')]);
    expect((await comparing.of(group, {})).violating).toBe(24);
  });

  it.each([
    ['grp-none/differences', 404, 'BT_API_VIOLATION_GROUP_NOT_FOUND'],
    ['grp-none/differences?limit=0', 400, 'BT_HTTP_INVALID'],
    ['grp-none/differences?limit=201', 400, 'BT_HTTP_INVALID'],
    ['grp-none/differences?start_time=x', 400, 'BT_HTTP_INVALID'],
    ['grp-none/differences?severity=HIGH', 400, 'BT_HTTP_INVALID'],
    ['%00/differences', 400, 'BT_HTTP_BAD_REQUEST'],
  ])('refuses %s', async (path, status, code) => {
    const answer = await api.ask('GET', `/v1/violations/groups/${path}`);
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });

  it('compares long texts, such as lists and statements, and says when some are too long', async () => {
    const items = 'apple, pear; '.repeat(20);
    for (let n = 0; n < 24; n++) {
      await violate('long', { version: '2', service: 'long-texts', attributes: { 'cart.items': items } }, { service: 'long-texts' });
      await trace({ version: '2', service: 'long-texts', attributes: { 'cart.items': 'apple' } });
    }
    const path = '/v1/violations/groups?status=all&service=long-texts';
    const [group] = (await api.ask<ViolationGroupList>('GET', path)).body.groups;
    const read = async () => (await api.ask<GroupDifferencesView>('GET', `/v1/violations/groups/${group?.id}/differences`)).body;
    const found = await read();
    expect(found.differences.map(({ name, value, violating, other }) => [name, value, violating, other])).toEqual([
      ['cart.items', items, 24, 0],
    ]);
    expect(found.more).toBe(false);
    const checked = await api.ask('POST', '/v1/rules/validate', { expression: found.differences[0]?.condition });
    expect(checked.body['valid']).toBe(true);
    await violate(
      'long',
      { version: '2', service: 'long-texts', attributes: { 'cart.text': 'x'.repeat(1_001) } },
      { service: 'long-texts' },
    );
    expect((await read()).more).toBe(true);
  });

  it('finds others for a service whose long name groups have cut', async () => {
    const service = 's'.repeat(700);
    for (let n = 0; n < 24; n++) {
      await violate('cut', { version: '2', service }, { service });
      await trace({ version: '1', service });
    }
    const { groups } = (await api.ask<ViolationGroupList>('GET', '/v1/violations/groups?status=all&rule_id=cut')).body;
    const path = `/v1/violations/groups/${groups[0]?.id}/differences`;
    const found = (await api.ask<GroupDifferencesView>('GET', path)).body;
    expect(found.differences.map(({ name, value, violating, other }) => [name, value, violating, other])).toEqual([
      ['service.version', '2', 24, 0],
    ]);
  });

  it('distinguishes values and names that differ only in invisible characters, by conditions that show these', async () => {
    const service = 'unseen';
    const hidden = { tier: 'gold\u200b', 'ro\u202ele': 'any\u0007' };
    for (let n = 0; n < 24; n++) {
      await violate('unseen', { version: '1', service, attributes: hidden }, { service });
      await trace({ version: '1', service, attributes: { tier: 'gold', role: 'any' } });
    }
    const { groups } = (await api.ask<ViolationGroupList>('GET', '/v1/violations/groups?status=all&rule_id=unseen')).body;
    const path = `/v1/violations/groups/${groups[0]?.id}/differences`;
    const found = (await api.ask<GroupDifferencesView>('GET', path)).body;
    expect(found.differences.map(({ name, value, violating, other }) => [name, value, violating, other])).toEqual([
      ['ro\u202ele', 'any\u0007', 24, 0],
      ['tier', 'gold\u200b', 24, 0],
    ]);
    for (const { condition } of found.differences) {
      expect(condition).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      const [yes, no] = [hidden, { tier: 'gold', role: 'any' }].map((attributes) => ({ spans: [{ name: 'pay', service, attributes }] }));
      for (const [trace, matches] of [
        [yes, true],
        [no, false],
      ] as const)
        expect((await api.ask('POST', '/v1/rules/test', { expression: condition, trace })).body['matches']).toBe(matches);
    }
  });
});
