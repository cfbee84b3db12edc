import { afterEach, expect, it } from '@jest/globals';
import pg from 'pg';
import { BeTrace } from '../harness/betrace.js';
import { createRule } from '../harness/create-rule.js';
import { eventually } from '../harness/eventually.js';
import { describePostgres } from './describe-postgres.js';

const TIMEOUT_MS = 60_000;
const PAY = { id: 'pay', name: 'pay', expression: 'span.name == "pay"', severity: 'LOW' };
const ENV = { BETRACE_HOST: '127.0.0.1', BETRACE_SIGNATURE_KEY: 'the signature key of the test '.repeat(2) };

await describePostgres('one process alone', (emptyUrl, _url, outage) => {
  let running: BeTrace[] = [];

  afterEach(async () => {
    await Promise.all(running.map((one) => one.kill()));
    running = [];
  });

  async function start(url: string): Promise<BeTrace> {
    const betrace = await BeTrace.start({ env: { ...ENV, DATABASE_URL: url } });
    running.push(betrace);
    return betrace;
  }

  const send = (to: BeTrace, id: string) =>
    to.json('POST', '/v1/spans', { spans: [{ trace_id: id, span_id: 's', name: 'pay', start_time: 0, duration: 1 }] });
  const total = async (of: BeTrace) => (await of.json<{ total: number }>('GET', '/v1/violations')).body.total;

  it('keeps rules and violations there, also when the log in memory starts empty after a kill', async () => {
    const url = await emptyUrl();
    const first = await start(url);
    await createRule(first, PAY);
    for (const id of ['a', 'b', 'c']) expect((await send(first, id)).status).toBe(202);
    await eventually('three violations', async () => ((await total(first)) === 3 ? true : undefined), TIMEOUT_MS);
    await first.kill();

    const second = await start(url);
    expect(await total(second)).toBe(3);
    const judged = async () => ((await send(second, 'd')).status === 202 && (await total(second)) === 4 ? true : undefined);
    await eventually('the fourth, by the rule that was there', judged, TIMEOUT_MS);
  });

  (outage === undefined ? it.skip : it)('stays in service while the database is down, reports it, and keeps later violations', async () => {
    const one = await start(await emptyUrl());
    await createRule(one, PAY);
    type Ready = { readonly status: string; readonly checks: { readonly storage: string } };
    const ready = () => one.json<Ready>('GET', '/ready');
    expect(await ready()).toMatchObject({ status: 200, body: { status: 'ready' } });
    await outage?.down();
    try {
      const told = await eventually(
        'the outage in readiness',
        async () => {
          const answer = await ready();
          return answer.body.status === 'ready' ? undefined : answer;
        },
        TIMEOUT_MS,
      );
      expect(told).toMatchObject({ status: 200, body: { status: 'degraded', checks: { storage: expect.stringContaining('BT_STORE_') } } });
      for (const id of ['a', 'b', 'c']) expect((await send(one, id)).status).toBe(202);
      expect((await one.json('GET', '/v1/rules')).status).toBe(503);
      const graded = async () => /betrace_readiness_grade\{check="storage"\} 1/.test(await (await fetch(`${one.url}/metrics`)).text());
      await eventually('the outage in the metrics', async () => ((await graded()) ? true : undefined), TIMEOUT_MS);
    } finally {
      await outage?.up();
    }
    await eventually('the violations of the outage', async () => ((await total(one)) === 3 ? true : undefined), TIMEOUT_MS);
    await eventually('readiness', async () => ((await ready()).body.status === 'ready' ? true : undefined), TIMEOUT_MS);
  });

  it('stays in service while the database hangs, reports it, and keeps later violations', async () => {
    const url = await emptyUrl();
    const one = await start(url);
    await createRule(one, PAY);
    const locker = new pg.Client(url);
    await locker.connect();
    try {
      await locker.query('BEGIN; LOCK TABLE violations, positions IN ACCESS EXCLUSIVE MODE');
      for (const id of ['a', 'b']) expect((await send(one, id)).status).toBe(202);
      const statuses = new Set<number>();
      await eventually(
        'the hanging database in readiness',
        async () => {
          const { status, body } = await one.json<{ status: string; checks: { storage: string } }>('GET', '/ready');
          statuses.add(status);
          return body.status === 'degraded' && body.checks.storage.includes('no answer within') ? true : undefined;
        },
        TIMEOUT_MS,
      );
      expect([...statuses]).toEqual([200]);
      await locker.query('ROLLBACK');
    } finally {
      await locker.end();
    }
    await eventually('the violations of that time', async () => ((await total(one)) === 2 ? true : undefined), TIMEOUT_MS);
  });

  it('reports what it needs when the database is unavailable', async () => {
    const away = await BeTrace.spawn({ env: { ...ENV, DATABASE_URL: 'postgres://betrace:topsecret@127.0.0.1:1/none' } });
    running.push(away);
    expect(await away.exited()).toBe(1);
    expect(away.logs()).toContain('BT_STORE_UNAVAILABLE');
    expect(away.logs()).not.toMatch(/topsecret| {4}at /);
  });
});
