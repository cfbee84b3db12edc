import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AssignerProtocol } from 'kafkajs';
import { type Log, readAll } from '#messaging';
import { encodeRequest } from '#otlp';
import { TOPICS } from '#records';
import { KafkaClient, logLevel } from '../../libs/messaging/src/kafka/client/kafkajs.js';
import { aRequest } from '../fixtures/ingest/requests.js';
import { createRule } from '../harness/create-rule.js';
import { eventually, untilCount, whileGrowing } from '../harness/eventually.js';
import { CLUSTER_PARTITIONS, Cluster, metric } from '../harness/kafka/cluster.js';
import { exportBySdk, exportOverGrpc, flood, peakMemory } from './back-pressure.js';
import type { DangerName } from './dangers.js';
import { killBeforePublication } from './kill-before-publication.js';
import { publishedDifferences } from './outcome.js';
import { Random } from './random.js';
import { CHAOS_ENV, runChaos, startProcesses, undisturbed } from './run-chaos.js';
import { clusterLog, FOREIGN_TOPIC } from './send.js';

/** The faster dangers: a broker that stops in order takes time. `npm run chaos` has all. */
const DANGERS: readonly DangerName[] = [
  'an evaluator is killed',
  'the database is read-only',
  'an ingest is killed',
  'an evaluator is added',
  'an evaluator hangs',
  'the collector is down',
  'an API is killed',
  'connections of the database are cut',
  'the broker is killed',
  'an evaluator is taken away',
  'poison arrives',
  'the collector refuses some violations permanently',
  'a burst of rules',
];

const TIMEOUT_MS = 120_000;
/** Of an evaluator's beginning in a log that has all the earlier tests' records, on a busy machine. */
const LONG_TIMEOUT_MS = 180_000;
/** Spans of a request that fill the memory, and maximum of accepted spans that are not judged yet. */
const CROWD = 200;
const MAX_AHEAD = 2_000;
const MiB = 1024 * 1024;
/** Each of a test's waits may take a minute. */
jest.setTimeout(400_000);
const why = await Cluster.whyNot();
if (why !== undefined) console.warn(`SKIPPED: the tests of many processes (${why})`);

/** The partitions of each member of the evaluators' group, as the broker reports them. */
async function assignments(broker: string): Promise<number[][]> {
  const admin = new KafkaClient({ brokers: [broker], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const { groups } = await admin.describeGroups(['betrace-evaluator']);
    return (groups[0]?.members ?? []).map(
      ({ memberAssignment }) => AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment[TOPICS.spans] ?? [],
    );
  } finally {
    await admin.disconnect();
  }
}

/** One cluster for all tests: the log that one test leaves must agree with the outcome of the next. */
(why === undefined ? describe : describe.skip)('two of each process over Kafka and PostgreSQL', () => {
  let cluster: Cluster;
  let log: Log;

  beforeAll(async () => {
    // A topic that does not exist when ingest starts is received once it exists.
    cluster = await Cluster.start({ ...CHAOS_ENV, KAFKA_RECEIVE_TOPICS: `${FOREIGN_TOPIC},spans-of-others:otlp_json` });
    await cluster.linkDatabase();
    await startProcesses(cluster);
    log = await clusterLog(cluster);
  }, 400_000);
  afterAll(async () => {
    await log?.close();
    await cluster?.stop();
  }, 60_000);

  const slow = (trace: string) => ({ trace_id: trace, span_id: `span of ${trace}`, name: 'call', start_time: 0, duration: 2_000_000_000 });
  const post = async (n: number, trace: string) => {
    const ingests = cluster.all('ingest');
    return (await ingests[n % ingests.length]!.json('POST', '/v1/spans', { spans: [slow(trace)] })).status;
  };
  const total = async (api: number, rule: string) => {
    const { body } = await cluster.all('api')[api]!.json<{ total: number }>('GET', `/v1/violations?rule_id=${rule}&limit=100`);
    return body.total;
  };

  it('put a rule created on one replica in force everywhere, and show its violations at any replica', async () => {
    const expression = 'span.name == "call" and span.duration > 1s';
    await createRule(cluster.all('api')[0]!, { id: 'slow-call', name: 'slow-call', expression, severity: 'HIGH' });
    // The answer means that every partition has the marker: all spans from now on are judged by it.
    const statuses = await Promise.all(Array.from({ length: 20 }, (_, n) => post(n, `trace-${n}`)));
    expect(new Set(statuses)).toEqual(new Set([202]));
    for (const api of [0, 1]) {
      expect(await untilCount('all violations', 20, () => total(api, 'slow-call'))).toBe(20);
    }
    expect((await cluster.all('api')[1]!.json('GET', '/v1/rules/slow-call')).status).toBe(200);
  });

  // The example of docs/kafka-topics.md, with both of its commands.
  it('accept the spans of plain Kafka producers', async () => {
    const expression = 'span.name == "payment" and span.duration > 1s';
    await createRule(cluster.all('api')[1]!, { id: 'slow-payment', name: 'slow-payment', expression, severity: 'LOW' });
    const producer = resolve(import.meta.dirname, '../../dist/examples/kafka-producer/main.js');
    for (const args of [[], ['--topic', 'spans-of-others', '--encoding', 'json']]) {
      await promisify(execFile)(process.execPath, [producer, '--brokers', cluster.broker.address, '--traces', '10', ...args]);
    }
    expect(await untilCount('all violations', 20, () => total(0, 'slow-payment'))).toBe(20);
  });

  it('send an unreadable record to the dead letters, and continue', async () => {
    await log.append(TOPICS.spans, [{ partition: 1, value: Buffer.from('what is this?') }]);
    const [letter] = await eventually(
      'the dead letter',
      async () => {
        const letters = await readAll(log, TOPICS.deadLetters, 0);
        return letters.length > 0 ? letters : undefined;
      },
      TIMEOUT_MS,
    );
    expect(letter!.headers).toMatchObject({
      'betrace-dead-topic': TOPICS.spans,
      'betrace-dead-partition': '1',
      'betrace-dead-offset': expect.stringMatching(/^\d+$/),
      'betrace-dead-reason': expect.any(String),
    });
  });

  it('refuse spans during a broker outage in time, with a retry hint, in bounded memory; an SDK loses none', async () => {
    const limits = { BETRACE_REQUEST_LIMIT: '4MiB', BETRACE_IN_FLIGHT_LIMIT: '16MiB', BETRACE_APPEND_TIMEOUT: '3s' };
    const name = await cluster.add('ingest', limits);
    const ingest = cluster.process(name);
    const before = await total(0, 'slow-call');
    await cluster.broker.kill();
    const exported = exportBySdk(ingest, 30);
    const refusals = [...(await flood(ingest, 100, 900_000)), ...(await flood(ingest, 100, 900_000))];
    expect(new Set(refusals.map(({ status, retryAfter }) => `${status} ${retryAfter}`))).toEqual(new Set(['503 1']));
    // Its deadline is 3 s; the rest is the time of 100 MiB on a busy machine, which pauses at times.
    const times = refusals.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
    expect(times[times.length / 2]).toBeLessThan(20_000);
    expect(times.at(-1)).toBeLessThan(60_000);
    expect(await exportOverGrpc(ingest, encodeRequest(aRequest()))).toEqual({ code: status.UNAVAILABLE, retryDelay: 1_000 });
    expect(peakMemory(ingest) ?? 0).toBeLessThan(450 * MiB);
    await cluster.broker.run();
    await exported;
    expect(await untilCount('all spans of the SDK', before + 30, () => total(0, 'slow-call'))).toBe(before + 30);
    await cluster.remove(name);
  }, 400_000);

  it('find, store and export the same as an undisturbed run, whatever is killed, hangs or is down', async () => {
    const said: string[] = [];
    const { differences, missed, reference } = await runChaos(cluster, log, {
      seed: 1,
      dangers: DANGERS,
      rate: 5,
      calm: 1,
      say: (text) => said.push(text),
    });
    expect({ differences, missed, said: differences.length > 0 ? said : [] }).toEqual({ differences: [], missed: [], said: [] });
    expect(reference.revisions.length).toBeGreaterThan(50);
  }, 600_000);

  it('put a rule in force everywhere whose API was killed between commit and publication', async () => {
    const rule = await killBeforePublication(cluster, new Random(3));
    const statuses = await Promise.all(Array.from({ length: 20 }, (_, n) => post(n, `orphaned-${n}`)));
    expect(new Set(statuses)).toEqual(new Set([202]));
    for (const api of [0, 1]) {
      expect(await untilCount('all violations', 20, () => total(api, rule))).toBe(20);
    }
  });

  it.each([
    ['12 members of the group, in three processes', 3, 4],
    ['3 members', 3, 1],
    ['one', 1, 1],
  ])(
    'find the same when %s read the same log from its beginning',
    async (_members, evaluators, threads) => {
      for (const name of cluster.names('evaluator')) await cluster.remove(name);
      const admin = new KafkaClient({ brokers: [cluster.broker.address], logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      await eventually('the end of the group', () => admin.deleteGroups(['betrace-evaluator']), TIMEOUT_MS, 500);
      await admin.disconnect();
      const reference = await undisturbed(log);
      const partitions = Array.from({ length: log.partitions(TOPICS.violations) }, (_, partition) => partition);
      const from = await Promise.all(partitions.map(async (partition) => (await log.bounds(TOPICS.violations, partition)).end));
      await Promise.all(Array.from({ length: evaluators }, () => cluster.add('evaluator', { BETRACE_EVALUATOR_THREADS: String(threads) })));
      let differences: readonly string[] = [];
      const same = async () => {
        differences = await publishedDifferences(log, reference, from);
        return differences.length === 0 ? true : undefined;
      };
      const figure = async () => {
        const bounds = await Promise.all(partitions.map((partition) => log.bounds(TOPICS.violations, partition)));
        return bounds.reduce((sum, { end }) => sum + end, 0);
      };
      await whileGrowing('the same violations again', same, { figure, pause: 500, state: async () => differences });
      const each = CLUSTER_PARTITIONS / (evaluators * threads);
      await eventually(
        'an even assignment',
        async () => {
          const members = await assignments(cluster.broker.address);
          const even = members.length === evaluators * threads && members.every((partitions) => partitions.length === each);
          return even && new Set(members.flat()).size === CLUSTER_PARTITIONS ? true : undefined;
        },
        TIMEOUT_MS,
      );
    },
    400_000,
  );

  it('make senders wait, in other processes too, while traces take all memory; each accepted span is judged', async () => {
    await createRule(cluster.all('api')[0]!, { id: 'crowded', name: 'crowded', expression: 'span.name == "crowd"', severity: 'LOW' });
    for (const name of cluster.names('evaluator')) await cluster.remove(name);
    const budget = { BETRACE_TRACE_MEMORY_BUDGET: '4KiB', BETRACE_TRACE_LATE_WINDOW: '3s' };
    const evaluator = cluster.process(await cluster.add('evaluator', budget));
    const ingest = cluster.all('ingest')[0]!;
    const accepted: string[] = [];
    const refusals: string[] = [];
    const send = async (): Promise<boolean> => {
      // Like any sender, it sends again what was refused: the log may have it although it did not answer in time.
      const traces = Array.from({ length: CROWD }, (_, n) => `crowd-${accepted.length + n}`);
      const spans = traces.map((trace) => ({ trace_id: trace, span_id: 's', name: 'crowd', start_time: 0, duration: 1 }));
      const { status, body } = await ingest.json<{ code?: string }>('POST', '/v1/spans', { spans });
      if (status === 202) accepted.push(...traces);
      else refusals.push(`${status} ${body?.code}`);
      return status === 202;
    };
    const published = async () => {
      const lines = (await (await fetch(`${evaluator.url}/metrics`)).text()).split('\n');
      const ofRule = lines.filter((line) => line.startsWith('betrace_violations_total{') && line.includes('rule_id="crowded"'));
      return ofRule.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
    };
    // `total` alone ends at 10,000.
    const stored = async () => {
      const path = '/v1/violations?rule_id=crowded&limit=1&count=exact';
      return (await cluster.all('api')[0]!.json<{ total: number }>('GET', path)).body.total;
    };
    const state = async () => {
      const gauges = ['betrace_evaluator_waiting', 'betrace_trace_memory_bytes', 'betrace_traces_open', 'betrace_evaluator_lag_records'];
      const told = await Promise.all(gauges.map(async (name) => `${name} ${(await metric(evaluator, name)).join(' ')}`));
      const lags = await Promise.all(cluster.all('api').map((api) => metric(api, 'betrace_violations_keep_lag_records')));
      const ready = await Promise.all(
        [evaluator, ...cluster.all('api')].map(async (one) => (await one.json<{ checks: object }>('GET', '/ready')).body.checks),
      );
      const counts = { accepted: accepted.length, published: await published(), stored: await stored() };
      return { ...counts, refusals: [...new Set(refusals)], told, lags, ready };
    };
    const withState = async <T>(what: string, ask: () => Promise<T | undefined>): Promise<T> =>
      eventually(what, ask, LONG_TIMEOUT_MS).catch(async (error: Error) => {
        throw new Error(`${error.message}: ${JSON.stringify(await state())}`, { cause: error });
      });

    // An evaluator that has yet to begin reports no full partition, so the sender must not run ahead of it: what it sends is judged and stored before the end.
    let sending = true;
    const sender = async () => {
      while (sending) {
        if (accepted.length - (await published()) < MAX_AHEAD) await send();
        await new Promise((done) => setTimeout(done, 25));
      }
    };
    const watch = async () => {
      const isFull = async () => refusals.includes('503 BT_INGEST_NO_TRACE_MEMORY') || undefined;
      const waiting = async () => (await metric(evaluator, 'betrace_evaluator_waiting')).some((is) => is === 1) || undefined;
      try {
        await withState('a refusal', isFull);
        // Traces that are forgotten meanwhile free memory, so the sender continues.
        await withState('the metric', waiting);
      } finally {
        sending = false;
      }
    };
    await Promise.all([sender(), watch()]);
    await withState('an acceptance', async () => (await send()) || undefined);
    // On a busy machine the log may answer late, too: all refusals let the sender repeat.
    expect(refusals.filter((refusal) => !refusal.startsWith('503 '))).toEqual([]);
    await untilCount('the judgement of all accepted spans', accepted.length, stored, { state });
    const rows = await cluster.sql<{ trace_id: string }>("SELECT trace_id FROM violations WHERE rule_id = 'crowded'");
    expect(rows.map(({ trace_id }) => trace_id).toSorted()).toEqual(accepted.toSorted());
  }, 600_000);
});
