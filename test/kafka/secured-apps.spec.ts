import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { KafkaBroker } from '../../scripts/kafka/broker.js';
import { BROKER_USER } from '../../scripts/kafka/broker-properties.js';
import { BeTrace, type BeTraceOptions } from '../harness/betrace.js';
import { createRule } from '../harness/create-rule.js';
import { eventually } from '../harness/eventually.js';
import { describeOwnKafka } from './describe-kafka.js';

const TIMEOUT_MS = 60_000;
const SPAN = { trace_id: '4bf92f3577b34da6a3ce929d0e0e4736', span_id: '00f067aa0ba902b7', name: 'pay', start_time: 0, duration: 1 };

/** The started processes with the keys of docs/kafka-topics.md; topics.spec tests the library. */
describeOwnKafka('brokers with TLS and SASL', () => {
  let broker: KafkaBroker;
  let authority: string;
  let running: BeTrace[] = [];

  beforeAll(async () => {
    broker = await KafkaBroker.start({ security: true });
    authority = join(broker.folder, 'authority.pem');
    writeFileSync(authority, broker.certificate!);
  }, 180_000);
  afterEach(async () => {
    await Promise.all(running.map((one) => one.kill()));
    running = [];
  });
  afterAll(() => broker?.remove());

  const environment = (mechanism: string, changed: Readonly<Record<string, string>> = {}) => ({
    KAFKA_BROKERS: broker.secured,
    KAFKA_TLS_CA: authority,
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: BROKER_USER.username,
    KAFKA_SASL_PASSWORD: BROKER_USER.password,
    BETRACE_HOST: '127.0.0.1',
    BETRACE_SIGNATURE_KEY: 'the signature key of the test '.repeat(2),
    BETRACE_LOG_PARTITIONS: '2',
    LOG_LEVEL: 'debug',
    ...changed,
  });

  async function start(app: BeTraceOptions['app'], mechanism: string): Promise<BeTrace> {
    const betrace = await BeTrace.start({ ...(app ? { app } : {}), env: environment(mechanism), compiled: true });
    running.push(betrace);
    return betrace;
  }

  async function refused(changed: Readonly<Record<string, string>>): Promise<string> {
    const betrace = await BeTrace.spawn({ app: 'ingest', env: environment('scram-sha-256', { LOG_LEVEL: 'info', ...changed }) });
    running.push(betrace);
    expect(await betrace.exited()).toBe(1);
    expect(betrace.logs()).not.toContain('    at ');
    return betrace.logs();
  }

  it('serve processes with different mechanisms, and one process alone; no secret is logged', async () => {
    const [ingest, evaluator, api] = [
      await start('ingest', 'plain'),
      await start('evaluator', 'scram-sha-256'),
      await start('api', 'scram-sha-512'),
    ];
    await createRule(api, { id: 'pay', name: 'pay', expression: 'span.name == "pay"', severity: 'LOW' });
    expect((await ingest.json('POST', '/v1/spans', { spans: [SPAN] })).status).toBe(202);
    const total = async (of: BeTrace) => (await of.json<{ total: number }>('GET', '/v1/violations')).body.total;
    await eventually('the violation', async () => ((await total(api)) === 1 ? true : undefined), TIMEOUT_MS);
    await Promise.all([ingest, evaluator, api].map((one) => one.stop()));

    // The same log, read by one process with a database of its own: it has what the evaluator published.
    const alone = await start('standalone', 'scram-sha-512');
    await eventually('the violation', async () => ((await total(alone)) === 1 ? true : undefined), TIMEOUT_MS);
    expect(alone.logs()).toContain('to keep them in PostgreSQL, and for a second API: DATABASE_URL');
    for (const one of [ingest, evaluator, api, alone]) {
      expect(one.logs()).toContain('"level":"debug"');
      expect(one.logs()).not.toContain(BROKER_USER.password);
    }
  }, 200_000);

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'])('refuse a wrong password by %s at the start, in one error', async (mechanism) => {
    const logs = await refused({ KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_PASSWORD: 'guessed-secret' });
    expect(logs.match(/BT_LOG_KAFKA_LOGIN_REFUSED/g)).toHaveLength(1);
    expect(logs).toContain('KAFKA_SASL_PASSWORD');
    expect(logs).not.toContain('guessed-secret');
  });

  it('are refused when their authority is unknown', async () => {
    const logs = await refused({ KAFKA_TLS_CA: '', KAFKA_TLS: 'true' });
    expect(logs.match(/BT_LOG_KAFKA_CERTIFICATE/g)).toHaveLength(1);
    expect(logs).toContain('KAFKA_TLS_CA');
    expect(logs).not.toContain(BROKER_USER.password);
  });

  it('are refused when the file of the authority is invalid', async () => {
    expect(await refused({ KAFKA_TLS_CA: join(broker.folder, 'missing.pem') })).toContain('BT_LOG_KAFKA_CA');
  });
});
