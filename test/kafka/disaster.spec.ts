import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KafkaBroker } from '../../scripts/kafka/broker.js';
import { allViolations } from '../harness/all-violations.js';
import { BeTrace } from '../harness/betrace.js';
import { createRule } from '../harness/create-rule.js';
import { entryOf, nodeFlagsOf } from '../harness/entry.js';
import { eventually } from '../harness/eventually.js';
import { Cluster } from '../harness/kafka/cluster.js';

const TIMEOUT_MS = 120_000;
const why = await Cluster.whyNot();
if (why !== undefined) console.warn(`SKIPPED: Kafka: disasters (${why})`);

/** The promises of docs/operations/backup.md about disasters: losses are compared with the acknowledged spans, and durations are measured and printed. */
(why === undefined ? describe : describe.skip)('Kafka: disasters', () => {
  let cluster: Cluster;
  let folder: string;
  let second: KafkaBroker | undefined;
  const others: BeTrace[] = [];
  /** Acknowledged before the backup, and after it. */
  const early: string[] = [];
  const late: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'betrace-disaster-'));
    cluster = await Cluster.start();
    await Promise.all((['api', 'ingest', 'evaluator'] as const).map((app) => cluster.add(app)));
  }, 400_000);
  afterAll(async () => {
    await Promise.all(others.map((one) => one.kill()));
    await cluster?.stop();
    await second?.remove();
    await rm(folder, { recursive: true, force: true });
  }, 120_000);

  const api = () => cluster.all('api')[0]!;
  const send = async (ingest: BeTrace, acknowledged: string[]) => {
    const id = randomBytes(16).toString('hex');
    const span = { trace_id: id, span_id: id.slice(16), name: 'pay', start_time: 0, duration: 1 };
    expect((await ingest.json('POST', '/v1/spans', { spans: [span] })).status).toBe(202);
    acknowledged.push(id);
  };
  const sendMany = async (count: number, acknowledged: string[], ingest = cluster.all('ingest')[0]!) => {
    for (let n = 0; n < count; n++) await send(ingest, acknowledged);
  };
  const violated = async (of: BeTrace) =>
    (await allViolations<{ readonly trace_id: string }>(of, 'rule_id=pay')).map(({ trace_id }) => trace_id).toSorted();
  const has = (of: BeTrace, traces: readonly string[]) =>
    eventually(
      `${traces.length} violations`,
      async () => ((await violated(of).catch(() => [])).length >= traces.length ? true : undefined),
      TIMEOUT_MS,
    );
  const cli = (...args: readonly string[]) =>
    new Promise<{ readonly code: number; readonly out: string }>((done) => {
      const main = entryOf('cli');
      const options = { cwd: folder, env: { PATH: process.env['PATH'] ?? '', DATABASE_URL: cluster.databaseUrl } };
      execFile(process.execPath, [...nodeFlagsOf(main), main, ...args], options, (error, stdout, stderr) =>
        done({ code: error === null ? 0 : Number(error.code), out: stdout + stderr }),
      );
    });
  /** Destroys the database, and provides an empty one. Of two transactions that wait for each other PostgreSQL ends one: the API's, or this one. */
  const destroyDatabase = async () => {
    const schema = /search_path=(\w+)/.exec(decodeURIComponent(cluster.databaseUrl))![1]!;
    await eventually('the loss of the database', () => cluster.sql(`DROP SCHEMA ${schema} CASCADE`), TIMEOUT_MS);
    await cluster.sql(`CREATE SCHEMA ${schema}`);
  };
  const rule = (id: string, expression: string) => ({ id, name: id, expression, severity: 'HIGH' });

  it('the database is lost: no acknowledged span and no violation is lost, rules since the backup are', async () => {
    await createRule(api(), rule('pay', 'span.name == "pay"'));
    await sendMany(40, early);
    await has(api(), early);
    expect(await cli('backup', 'b.ndjson')).toMatchObject({ code: 0 });
    await sendMany(40, late);
    await has(api(), [...early, ...late]);

    await destroyDatabase();
    const began = performance.now();
    // Senders and evaluators need no database: spans are still accepted and judged.
    let sending = true;
    const load = (async () => {
      while (sending) {
        await send(cluster.all('ingest')[0]!, late);
        await pause(50);
      }
    })();
    await pause(2_000);
    const [name = ''] = cluster.names('api');
    await cluster.kill(name);
    expect(await cli('restore', 'b.ndjson')).toMatchObject({ code: 0 });
    const restored = performance.now();
    await cluster.restart(name);
    const ready = performance.now();
    sending = false;
    await load;
    const all = [...early, ...late].toSorted();
    await has(api(), all);
    const whole = performance.now();
    expect(await violated(api())).toEqual(all);
    const seconds = (from: number, to: number) => ((to - from) / 1_000).toFixed(1);
    console.info(
      `the database was lost: restored ${seconds(began, restored)} s after that, the API ready ${seconds(restored, ready)} s later, ${all.length} violations back after ${seconds(ready, whole)} s more; 0 of ${all.length} lost`,
    );
  }, 400_000);

  it('a rule that was made after the backup is lost with the database, and made again works', async () => {
    expect(await cli('backup', 'c.ndjson')).toMatchObject({ code: 0 });
    await createRule(api(), rule('newer', 'span.name == "newer"'));
    await destroyDatabase();
    const [name = ''] = cluster.names('api');
    await cluster.kill(name);
    expect(await cli('restore', 'c.ndjson')).toMatchObject({ code: 0 });
    await cluster.restart(name);
    expect((await api().json('GET', '/v1/rules/newer')).status).toBe(404);
    expect((await api().json('GET', '/v1/rules/pay')).status).toBe(200);
    await createRule(api(), rule('newer', 'span.name == "newer"'));
    await sendMany(5, late);
    await has(api(), [...early, ...late]);
    expect(await violated(api())).toEqual([...early, ...late].toSorted());
  }, 400_000);

  it('Kafka is lost together with the database: what came after the backup is lost, and nothing else', async () => {
    expect(await cli('backup', 'd.ndjson')).toMatchObject({ code: 0 });
    const kept = [...early, ...late].toSorted();
    const lost: string[] = [];
    await sendMany(10, lost);
    await has(api(), [...kept, ...lost]);
    await Promise.all([...cluster.all('api'), ...cluster.all('ingest'), ...cluster.all('evaluator')].map((one) => one.kill()));
    await cluster.broker.kill();
    await destroyDatabase();

    const began = performance.now();
    second = await KafkaBroker.start({ timeoutMs: TIMEOUT_MS });
    const provided = performance.now();
    expect(await cli('restore', 'd.ndjson')).toMatchObject({ code: 0 });
    const env = { ...cluster.env, KAFKA_BROKERS: second.address };
    const [anew, ingest] = await Promise.all(
      (['api', 'ingest', 'evaluator'] as const).map(async (app) => {
        const started = await BeTrace.start({ app, env, timeoutMs: TIMEOUT_MS });
        others.push(started);
        return started;
      }),
    );
    const fresh: string[] = [];
    await sendMany(10, fresh, ingest);
    await has(anew!, [...kept, ...fresh]);
    const judged = performance.now();
    expect(await violated(anew!)).toEqual([...kept, ...fresh].toSorted());
    const seconds = ((judged - provided) / 1_000).toFixed(1);
    console.info(
      `Kafka and the database were lost: ${seconds} s from empty brokers (${((provided - began) / 1_000).toFixed(1)} s) to verdicts on new spans; of ${kept.length + lost.length} violations the ${lost.length} since the backup are lost`,
    );
  }, 400_000);
});
