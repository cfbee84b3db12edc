import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { closedTracesKey, TOPICS } from '#records';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { eventually } from '../testing/eventually.js';
import type { ComplianceFrameworks, ComplianceReport } from './compliance.dto.js';

const HOUR = 3_600_000;
const START = 472_222 * HOUR;
const PERIOD = `from=${START / 1_000}&to=${(START + HOUR) / 1_000}`;
const iso = (ms: number) => new Date(ms).toISOString();
const of = (control: string, framework = 'SOC 2') => ({ framework, control });

describe('GET /v1/compliance', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await ApiUnderTest.start();
  });
  afterAll(() => api.close());

  /** Returns the rule set that it puts in force. */
  const put = async (id: string, controls: readonly object[], more: object = {}) => {
    const body = { name: id, expression: 'span.duration > 1s', controls, ...more };
    expect((await api.ask('PUT', `/v1/rules/${id}`, body)).status).toBeLessThan(300);
    return api.store.latestEpoch();
  };
  const report = async (framework = 'SOC%202') => (await api.ask<ComplianceReport>('GET', `/v1/compliance/${framework}?${PERIOD}`)).body;
  const text = async (format: string) => {
    const answer = await fetch(`${api.url}/v1/compliance/SOC%202?${PERIOD}&format=${format}`);
    return { headers: answer.headers, body: await answer.text() };
  };
  /** Reports closed traces like an evaluator. */
  const closed = (hour: number, ...epochs: readonly (readonly [number, number, readonly number[]])[]) => {
    const value = Buffer.from(JSON.stringify({ kind: 'traces', partition: 0, hour, epochs }));
    return api.log.append(TOPICS.ruleStatus, [{ partition: 0, key: closedTracesKey(0, hour), value }]);
  };
  const violation = (
    id: string,
    ruleId: string,
    wireTraceId: string,
    status: 'open' | 'retracted' | 'undecided' = 'open',
    ruleVersion = 1,
    timestampMs = START + 60_000,
  ) => ({
    id,
    revision: 1,
    status,
    ruleId,
    ruleName: ruleId,
    ruleVersion,
    severity: 'HIGH',
    traceId: wireTraceId,
    wireTraceId,
    spanId: 's',
    service: 'shop',
    timestampMs,
    firstOffset: 1,
    record: '{}',
  });

  it('is empty before a rule names a control, and says what to do', async () => {
    expect((await api.ask('GET', '/v1/compliance')).body).toEqual({ frameworks: [] });
    const { status, body } = await api.ask('GET', '/v1/compliance/SOC%202');
    expect([status, body['code'], body['detail']]).toEqual([
      404,
      'BT_API_FRAMEWORK_UNKNOWN',
      'No rule names a control of SOC 2 in this spelling, now or in the period. No rule names a control. A rule names one by "controls": [{"framework": …, "control": …}].',
    ]);
  });

  it('counts for each control the traces its rules evaluated, by the rule sets of the time', async () => {
    const before = await put('plain', []);
    const first = await put('access', [of('CC6.1'), of('8.4', 'PCI DSS')]);
    const both = await put('review', [of('CC6.1'), of('CC10.2')]);
    const shadow = await put('review', [of('CC6.1'), of('CC10.2')], { mode: 'shadow' });
    await put('draft', [of('CC9')], { mode: 'off' });
    await put('new', [of('CC7')]);
    const gone = await put('gone', [of('CC8.1')]);
    await api.ask('DELETE', '/v1/rules/gone');
    await put('never', [of('CC1')]);
    await api.ask('DELETE', '/v1/rules/never');
    await closed(START / HOUR, [before, 0, [10]], [first, 0, [100]], [both, 1, [1_000]], [shadow, 2, [5]]);
    await closed(START / HOUR, [both, 1, [1_000, 7]], [gone, 3, [3]], [99_999, 0, [2]]);
    await closed(START / HOUR + 1, [gone, 0, [400]]);
    const violations = [
      violation('1', 'access', 'a'),
      violation('2', 'review', 'a'),
      violation('3', 'review', 'b'),
      violation('4', 'access', 'c', 'undecided'),
      violation('5', 'access', 'd', 'retracted'),
      violation('6', 'plain', 'e'),
    ];
    await api.store.keep({ reader: 'test', partition: 0, position: 1, violations });
    // The evaluators' records are read from the log.
    await eventually(async () => ((await report()).traces === 1_127 ? true : undefined));
    const { controls, ...rest } = await report();
    expect(rest).toEqual({
      framework: 'SOC 2',
      from: iso(START),
      to: iso(START + HOUR),
      generated_at: expect.any(String),
      traces: 1_127,
      limits: { counted_since: iso(START), rule_set_unknown: 2 },
    });
    const figures = controls.map((one) => [one.traces_in_scope, one.passed, one.violated, one.undecided, one.not_looked_at]);
    expect(controls.map(({ control, outcome }, n) => [control, outcome, ...figures[n]!])).toEqual([
      // `access` is in all rule sets except the first and the lost one.
      ['CC6.1', 'violated', 1_115, 1_112, 2, 1, 12],
      ['CC7', 'passed', 3, 3, 0, 0, 1_124],
      ['CC8.1', 'passed', 3, 3, 0, 0, 1_124],
      ['CC9', 'not_looked_at', 0, 0, 0, 0, 1_127],
      ['CC10.2', 'violated', 1_007, 1_005, 2, 0, 120],
    ]);
    const rules = controls.map((one) => one.rules.map((rule) => [rule.id, rule.mode, rule.deleted, rule.traces_in_scope, rule.violated]));
    expect(rules).toEqual([
      [
        ['access', 'enforce', false, 1_115, 1],
        ['review', 'shadow', false, 1_007, 2],
      ],
      [['new', 'enforce', false, 3, 0]],
      [['gone', 'off', true, 3, 0]],
      [['draft', 'off', false, 0, 0]],
      [['review', 'shadow', false, 1_007, 2]],
    ]);
    const pci = await report('PCI%20DSS');
    expect(pci.controls.map(({ control, violated, undecided }) => [control, violated, undecided])).toEqual([['8.4', 1, 1]]);
    expect((await api.ask<ComplianceFrameworks>('GET', '/v1/compliance')).body.frameworks).toEqual([
      { framework: 'PCI DSS', controls: 1, rules: 1 },
      { framework: 'SOC 2', controls: 4, rules: 4 },
    ]);
  });

  it('covers whole hours, even without traces', async () => {
    const query = `from=${START / 1_000 - 7_000}&to=${START / 1_000 - 6_000}`;
    const { body } = await api.ask<ComplianceReport>('GET', `/v1/compliance/SOC%202?${query}`);
    expect([body.from, body.to, body.traces]).toEqual([iso(START - 2 * HOUR), iso(START - HOUR), 0]);
    expect(body.controls.map(({ control, outcome }) => [control, outcome])).toEqual([
      ['CC6.1', 'nothing_in_scope'],
      ['CC7', 'nothing_in_scope'],
      ['CC9', 'not_looked_at'],
      ['CC10.2', 'not_looked_at'],
    ]);
  });

  describe('of a rule that is edited', () => {
    const at = START + 10 * HOUR;
    const later = async (framework: string) => {
      const query = `from=${at / 1_000}&to=${(at + HOUR) / 1_000}`;
      const { status, body } = await api.ask<ComplianceReport>('GET', `/v1/compliance/${framework}?${query}`);
      if (status === 404) return 404;
      return body.controls.map((one) => [
        one.control,
        one.outcome,
        one.traces_in_scope,
        one.passed,
        one.violated,
        one.undecided,
        one.not_looked_at,
        one.beyond_scope,
        one.rules.map((rule) => [rule.id, rule.version, rule.names_control, rule.traces_in_scope, rule.violated]),
      ]);
    };

    it('counts each part of the period by the controls of that time, so an edit changes no past part', async () => {
      const first = await put('edited', [of('1', 'FY'), of('2', 'FY')]);
      await closed(at / HOUR, [first, 0, [10]]);
      const found = (id: string, trace: string, version: number, status: 'open' | 'undecided' = 'open') =>
        violation(id, 'edited', trace, status, version, at + 60_000);
      await api.store.keep({
        reader: 'test',
        partition: 0,
        position: 2,
        violations: [found('e1', 't1', 1), found('e2', 't2', 1, 'undecided')],
      });
      const before = [
        ['1', 'violated', 10, 8, 1, 1, 0, undefined, [['edited', 1, true, 10, 1]]],
        ['2', 'violated', 10, 8, 1, 1, 0, undefined, [['edited', 1, true, 10, 1]]],
      ];
      await eventually(async () => ((await later('FY')) as unknown[])[0]?.toString() === before[0]?.toString() || undefined);
      expect(await later('FY')).toEqual(before);

      const patched = await api.ask('PATCH', '/v1/rules/edited', { controls: [of('2', 'FZ'), of('2', 'FY')] });
      expect(patched.status).toBe(200);
      const former = [['edited', 2, false, 10, 1]];
      expect(await later('FY')).toEqual([
        ['1', 'violated', 10, 8, 1, 1, 0, undefined, former],
        ['2', 'violated', 10, 8, 1, 1, 0, undefined, [['edited', 2, true, 10, 1]]],
      ]);
      expect(await later('FZ')).toEqual([['2', 'nothing_in_scope', 0, 0, 0, 0, 10, undefined, [['edited', 2, true, 0, 0]]]]);

      // The rule loses its controls, then is deleted: the report stays the same.
      const second = await api.store.latestEpoch();
      await put('edited', []);
      await closed(at / HOUR, [first, 0, [10]], [second, 1, [5]]);
      await api.store.keep({ reader: 'test', partition: 0, position: 3, violations: [found('e3', 't3', 2)] });
      const withoutIt = (version: number) => ({
        FY: [
          ['1', 'violated', 10, 8, 1, 1, 5, undefined, [['edited', version, false, 10, 1]]],
          ['2', 'violated', 15, 12, 2, 1, 0, undefined, [['edited', version, false, 15, 2]]],
        ],
        FZ: [['2', 'violated', 5, 4, 1, 0, 10, undefined, [['edited', version, false, 5, 1]]]],
      });
      await eventually(async () => ((await later('FZ')) as unknown[])[0]?.toString().startsWith('2,violated,5') || undefined);
      expect({ FY: await later('FY'), FZ: await later('FZ') }).toEqual(withoutIt(3));
      await api.ask('DELETE', '/v1/rules/edited');
      expect({ FY: await later('FY'), FZ: await later('FZ') }).toEqual(withoutIt(3));
      expect(await later('fy')).toBe(404);
    });

    it('says that counts lag behind violations, and that a period has not ended', async () => {
      await put('hasty', [of('1', 'FW')]);
      const now = Date.now();
      await api.store.keep({ reader: 'test', partition: 0, position: 4, violations: [violation('h', 'hasty', 'th', 'open', 1, now)] });
      const { body } = await api.ask<ComplianceReport>('GET', '/v1/compliance/FW');
      expect(body.controls).toMatchObject([{ violated: 1, passed: 0, traces_in_scope: 0, beyond_scope: 1, rules: [{ beyond_scope: 1 }] }]);
      expect(Date.parse(body.limits.provisional_since!)).toBe(Date.parse(body.generated_at) - 60_000);
      const page = await (await fetch(`${api.url}/v1/compliance/FW?format=html`)).text();
      expect(page).toContain('are not counted yet');
      expect(page).toContain('1: 1 more trace is violated or undecided than is in scope');

      // The framework stays listed while the report of the last 30 days covers it.
      await put('hasty', []);
      await put('typo', [of('1', 'FV')]);
      await put('typo', []);
      const { frameworks } = (await api.ask<ComplianceFrameworks>('GET', '/v1/compliance')).body;
      expect(frameworks.filter(({ framework }) => framework.startsWith('F'))).toEqual([{ framework: 'FW', controls: 0, rules: 0 }]);
      expect((await api.ask('GET', '/v1/compliance/FW')).status).toBe(200);
      expect((await api.ask('GET', '/v1/compliance/FV')).status).toBe(404);
    });
  });

  it('is CSV, without formulas', async () => {
    await put('new', [of('=1+1,"x"')]);
    const { headers, body } = await text('csv');
    expect([headers.get('content-type'), headers.get('content-disposition')]).toEqual([
      'text/csv; charset=utf-8; header=present',
      'attachment; filename="compliance.csv"',
    ]);
    const lines = body.split('\r\n');
    expect(lines[0]).toBe(
      'framework,control,outcome,traces_in_scope,passed,violated,undecided,not_looked_at,rules,from,to,counted_since,provisional_since,beyond_scope',
    );
    expect(lines).toContain(`SOC 2,CC6.1,violated,1115,1112,2,1,12,access review,${iso(START)},${iso(START + HOUR)},${iso(START)},,`);
    // The rule named another control when the traces came.
    expect(body).toContain(`SOC 2,"'=1+1,""x""",nothing_in_scope,0,0,0,0,1127,new,`);
    expect(body).toContain('SOC 2,CC7,passed,3,3,0,0,1124,new,');
  });

  it('is a printable page that escapes names and loads nothing', async () => {
    await put('new', [of('"><img src=x>')], { name: '<script>alert(1)</script>' });
    const { headers, body } = await text('html');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; frame-ancestors 'none'/);
    expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(body).not.toMatch(/<script|<img/);
    expect(body).toContain('<th scope="row">CC6.1</th><td>Violated</td><td class="n">1,115</td>');
  });

  it.each([
    ['from=yesterday', 'BT_HTTP_INVALID'],
    ['to=NaN', 'BT_HTTP_INVALID'],
    ['from=-1', 'BT_HTTP_INVALID'],
    ['to=999999999999999999999', 'BT_HTTP_INVALID'],
    ['from=20&to=10', 'BT_API_TIME_RANGE_EMPTY'],
    ['from=10&to=10', 'BT_API_TIME_RANGE_EMPTY'],
    ['format=pdf', 'BT_HTTP_INVALID'],
    ['form=csv', 'BT_HTTP_INVALID'],
  ])('refuses %s', async (query, code) => {
    const { status, body } = await api.ask('GET', `/v1/compliance/SOC%202?${query}`);
    expect([status, body['code']]).toEqual([400, code]);
  });

  it.each([
    ['soc%202', 404],
    ['%00', 400],
    ['%F0%9F%98%80', 404],
    ['x'.repeat(5_000), 404],
  ])('answers 404 for the framework %.20s', async (framework, expected) => {
    const { status } = await api.ask('GET', `/v1/compliance/${framework}`);
    expect(status).toBe(expected);
  });
});
