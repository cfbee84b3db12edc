import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { attributeOf, decodeRequest } from '#otlp';
import type { BeTrace } from '../harness/betrace.js';
import { createRule } from '../harness/create-rule.js';
import { setFull, setReadOnly } from '../harness/database-faults.js';
import { eventually, untilCount } from '../harness/eventually.js';
import { Cluster, type ClusterApp, metric } from '../harness/kafka/cluster.js';
import { inRebalance } from '../harness/kafka/rebalance.js';
import { SmallDisk } from '../harness/services/small-disk.js';
import type { TcpLink } from '../harness/services/tcp-link.js';

const why = await Cluster.whyNot();
if (why !== undefined) console.warn(`SKIPPED: Kafka: faults of the database (${why})`);

const TIMEOUT_MS = 90_000;
const TRACES_OF_A_REQUEST = 10;
/** Enough for the tables of all tests here. */
const DISK_MEGABYTES = 64;

interface Ready {
  readonly code: number;
  readonly status: string;
  readonly checks: Readonly<Record<string, string>>;
}

/**
 * Two APIs whose connection to PostgreSQL is slow, hangs, or is cut, or whose PostgreSQL is read-only or full, with Kafka. The expected violations are one
 * for each acknowledged trace with the span `bad`.
 */
(why === undefined ? describe : describe.skip)('Kafka: two APIs and a database', () => {
  let cluster: Cluster;
  let link: TcpLink;
  let disk: SmallDisk | undefined;
  const due = new Set<string>();
  let sent = 0;

  beforeAll(async () => {
    cluster = await Cluster.start({ BETRACE_LOG_PARTITIONS: '4' });
    link = await cluster.linkDatabase();
    disk = await smallDisk();
    await Promise.all([1, 2].map(() => cluster.add('api')));
    await Promise.all((['ingest', 'evaluator'] as const).map((app) => cluster.add(app)));
    await createRule(one('api'), { id: 'bad', name: 'bad', expression: 'span.name == "bad"', severity: 'HIGH' });
  }, 400_000);
  afterAll(async () => {
    await cluster?.stop();
    await disk?.unmount();
  }, 60_000);

  /** BeTrace's tables will be on a disk that can be filled, where mounting one is permitted. */
  async function smallDisk(): Promise<SmallDisk | undefined> {
    if (cluster.postgres.outage === undefined) return undefined; // Others may use it, too.
    const [row] = await cluster.sql<{ data_directory: string }>('SHOW data_directory');
    const mounted = await SmallDisk.mount(DISK_MEGABYTES, await stat(row!.data_directory));
    if (typeof mounted === 'string') {
      console.warn(`SKIPPED: a disk that is filled, under PostgreSQL (${mounted})`);
      return undefined;
    }
    await cluster.sql(
      `CREATE TABLESPACE small_disk LOCATION '${mounted.path}'`,
      'ALTER DATABASE postgres SET default_tablespace = small_disk',
    );
    return mounted;
  }

  const one = (app: ClusterApp): BeTrace => cluster.all(app)[0]!;

  /** Sends traces, every second one with the span `bad`, and notes those that are acknowledged. */
  async function send(count = TRACES_OF_A_REQUEST): Promise<void> {
    const traces = Array.from({ length: count }, (_, i) => ({ id: `trace ${sent++}`, name: i % 2 === 0 ? 'bad' : 'good' }));
    const spans = traces.map(({ id, name }) => ({ trace_id: id, span_id: 's', name, start_time: 0, duration: 1 }));
    const { status } = await one('ingest').json('POST', '/v1/spans', { spans });
    expect(status).toBe(202);
    for (const { id, name } of traces) if (name === 'bad') due.add(id);
  }

  async function sendUntil(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await send();
      await pause(100);
    }
  }

  async function ready(of: BeTrace): Promise<Ready> {
    const answer = await fetch(`${of.url}/ready`, { signal: AbortSignal.timeout(10_000) });
    return { code: answer.status, ...((await answer.json()) as Omit<Ready, 'code'>) };
  }

  /** The worst grade of a check among the APIs, as in alerts. */
  async function grade(): Promise<number> {
    const texts = await Promise.all(cluster.all('api').map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
    return Math.max(...texts.map((text) => Number(/^betrace_readiness_grade\{check="storage"\} (\d)$/m.exec(text)?.[1])));
  }

  /** What a process logged from SIGTERM on; before it, a busy broker may have let requests time out, which are repeated. */
  const stopLines = (of: BeTrace): readonly string[] => {
    const lines = of.logs().split('\n');
    return lines.slice(lines.findIndex((line) => line.includes('"msg":"stopping"')));
  };

  const total = async (name: string): Promise<number> =>
    (await Promise.all(cluster.all('api').map((api) => metric(api, name)))).flat().reduce((sum, value) => sum + value, 0);

  const stored = async (): Promise<readonly string[]> =>
    (await cluster.sql<{ trace_id: string }>('SELECT trace_id FROM violations')).map((row) => row.trace_id);

  /** By span id: a span may come twice, unchanged. */
  const exported = (): readonly string[] => {
    const spans = cluster.receiver.requests
      .flatMap((request) => decodeRequest(request).resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
    const traces = new Map(spans.map(({ spanId, attributes }) => [spanId, String(attributeOf(attributes, 'betrace.violation.trace_id'))]));
    return [...traces.values()];
  };

  /** Checks that each expected violation, and no other, is in the database and at the collector once. Each API must be ready, and report their number. */
  async function allIsFound(): Promise<void> {
    for (const [what, found] of [
      ['in the database', stored],
      ['exported', async () => exported()],
    ] as const) {
      const count = async () => (await found()).length;
      await untilCount(`the violations ${what}`, due.size, count, { within: TIMEOUT_MS, state: async () => cluster.logs('warn') });
      expect([...(await found())].sort()).toEqual([...due].sort());
    }
    for (const api of cluster.all('api')) {
      await eventually('readiness', async () => ((await ready(api)).status === 'ready' ? true : undefined), TIMEOUT_MS, 200);
      // `total` alone ends at 10,000.
      const { body } = await api.json<{ readonly total: number }>('GET', '/v1/violations?limit=1&count=exact');
      expect(body.total).toBe(due.size);
    }
    await eventually('the grade', async () => ((await grade()) === 0 ? true : undefined), TIMEOUT_MS, 200);
    await eventually(
      'no lag',
      async () => ((await total('betrace_violations_keep_lag_records')) === 0 ? true : undefined),
      TIMEOUT_MS,
      200,
    );
    expect(cluster.ended()).toEqual([]);
  }

  /** Checks that all APIs are out of service with this reason, in readiness and metrics, and that violations wait. */
  async function isSaid(reason: RegExp): Promise<void> {
    let last: readonly Ready[] = [];
    const isOut = async () => {
      last = await Promise.all(cluster.all('api').map(ready));
      return last.every(({ code, checks }) => code === 503 && reason.test(checks['storage'] ?? '')) ? true : undefined;
    };
    await eventually(`readiness to say ${reason}`, isOut, TIMEOUT_MS, 200).catch((error: Error) => {
      throw new Error(`${error.message}: ${JSON.stringify(last)}`, { cause: error });
    });
    await eventually('the grade', async () => ((await grade()) === 1 ? true : undefined), TIMEOUT_MS, 200);
    await eventually('the lag', async () => ((await total('betrace_violations_keep_lag_records')) > 0 ? true : undefined), TIMEOUT_MS, 200);
  }

  /** Sends during the fault, which must be reported, and checks all violations afterwards. */
  async function during(begin: () => Promise<void> | void, reason: RegExp, end: () => Promise<void> | void): Promise<void> {
    const over = new AbortController();
    const sending = sendUntil(over.signal);
    try {
      await begin();
      await isSaid(reason);
    } finally {
      await end();
      over.abort();
      await sending;
    }
    await allIsFound();
  }

  it(
    'that takes 600 ms for each round trip: both stay in service and keep everything once',
    async () => {
      const before = (await stored()).length;
      link.delay = 300;
      const over = new AbortController();
      const answers: Ready[] = [];
      const watch = async (api: BeTrace) => {
        while (!over.signal.aborted) answers.push(await ready(api));
      };
      const working = Promise.all([send(400), sendUntil(over.signal), ...cluster.all('api').map(watch)]);
      try {
        // It is slow but continues: concurrent violations are stored in few transactions.
        await eventually('violations to be kept', async () => ((await stored()).length >= before + 200 ? true : undefined), TIMEOUT_MS, 50);
        await eventually(
          'the lag',
          async () => ((await total('betrace_violations_keep_lag_records')) > 0 ? true : undefined),
          TIMEOUT_MS,
          50,
        );
        // A process's first scrape does not wait for such a slow check: the next one has its result.
        await eventually('the grade', async () => ((await grade()) === 0 ? true : undefined), TIMEOUT_MS, 200);
      } finally {
        link.delay = 0;
        over.abort();
        await working;
      }
      expect(answers.length).toBeGreaterThan(4);
      expect(answers.filter(({ code }) => code !== 200)).toEqual([]);
      await allIsFound();
    },
    TIMEOUT_MS * 5,
  );

  it(
    'that hangs: readiness says so within seconds, and everything is kept once when it answers again',
    () =>
      during(
        () => void (link.hangs = true),
        /no answer within/,
        () => void (link.hangs = false),
      ),
    TIMEOUT_MS * 6,
  );

  it(
    'that hangs while both APIs are told to stop: they stop in seconds, in order, and their successors have everything once',
    async () => {
      const names = cluster.names('api');
      link.hangs = true;
      try {
        await send(50);
        await eventually(
          'the lag',
          async () => ((await total('betrace_violations_keep_lag_records')) > 0 ? true : undefined),
          TIMEOUT_MS,
          200,
        );
        const stopping = names.map((name) => cluster.process(name));
        const exits = await Promise.all(names.map((name) => cluster.remove(name)));
        expect(exits).toEqual([0, 0]);
        for (const api of stopping)
          expect(stopLines(api)).toContainEqual(expect.stringContaining('the database does not answer: stopping without it'));
        for (const api of stopping)
          expect(stopLines(api).filter((line) => /did not stop in order|shutdown timed out/.test(line))).toEqual([]);
      } finally {
        link.hangs = false;
        // Also after a failure: the other tests need them.
        await Promise.all(names.map(() => cluster.add('api')));
      }
      await allIsFound();
    },
    TIMEOUT_MS * 6,
  );

  it(
    'that stops in the moment in which an API leaves the group, and starts again: its partitions move, and everything is kept once',
    async () => {
      const { outage } = cluster.postgres;
      if (outage === undefined) return; // Others may use it, too.
      let left: Promise<number | null> | undefined;
      await during(
        async () => {
          await inRebalance(cluster.addresses, 'betrace-keep', () => {
            left = cluster.remove(cluster.names('api')[1]!);
          });
          await outage.down();
        },
        /cannot be reached/,
        async () => {
          await outage.up();
          expect(await left).toBe(0);
          await cluster.add('api');
        },
      );
    },
    TIMEOUT_MS * 6,
  );

  it(
    'that is read-only, as a replica is',
    async () => {
      if (cluster.postgres.outage === undefined) return; // Others may use it, too.
      await during(
        () => setReadOnly(cluster, true),
        /BT_STORE_READ_ONLY/,
        () => setReadOnly(cluster, false),
      );
    },
    TIMEOUT_MS * 6,
  );

  it(
    'whose disk has no free byte: both report it, and when there is space again everything is kept once',
    async () => {
      if (disk === undefined) return; // The reason was logged at the start.
      const filled = disk;
      await during(
        () => filled.fill(),
        /BT_STORE_FULL/,
        () => filled.free(),
      );
    },
    TIMEOUT_MS * 6,
  );

  // Where no disk can be mounted, the database answers what one with a full disk answers.
  it(
    'that answers that its disk is full',
    async () => {
      await during(
        () => setFull(cluster, true),
        /BT_STORE_FULL/,
        () => setFull(cluster, false),
      );
    },
    TIMEOUT_MS * 6,
  );

  it(
    'whose connections are cut four times a second: no write of a rule is lost or done twice, nor is a violation',
    async () => {
      // The second of two concurrent creations gets the answer that the rule exists.
      const first = { name: 'edited', expression: 'span.name == "never"', severity: 'LOW' };
      expect((await one('api').json('PUT', '/v1/rules/edited', first)).status).toBe(201);
      const ending = new AbortController();
      const over = ending.signal;
      const since = performance.now();
      const isLongEnough = () => performance.now() - since > 6_000;
      // On a busy machine a write takes longer than the time between two cuts: later they are rarer, until some writes are done.
      const cutting = async () => {
        while (!over.aborted) {
          await pause(isLongEnough() ? 2_000 : 250);
          link.cut();
        }
      };
      let done = 0;
      const enough = async () => (isLongEnough() && done > 5 ? true : undefined);
      const watching = () => eventually('some writes', enough, TIMEOUT_MS).finally(() => ending.abort());
      const acknowledged: number[] = [1];
      let attempts = 1;
      const editing = async (api: BeTrace, by: number) => {
        const versions: number[] = [];
        for (let i = 0; !over.aborted; i++, attempts++) {
          const rule = { name: 'edited', expression: `span.name == "never ${by} ${i}"`, severity: 'LOW' };
          const { status, body } = await api.json<{ readonly version: number }>('PUT', '/v1/rules/edited', rule);
          if (status === 200) {
            versions.push(body.version);
            done++;
          } else expect(status).toBe(503);
          await pause(50);
        }
        // Strictly increasing at each of them.
        expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
        acknowledged.push(...versions);
      };
      await Promise.all([sendUntil(over), cutting(), watching(), ...cluster.all('api').map(editing)]);
      expect(acknowledged.length).toBeGreaterThan(5);
      // No two writes got one version, and none skipped one; some of those answered with 503 were done, none twice.
      expect(new Set(acknowledged).size).toBe(acknowledged.length);
      const rows = await cluster.sql<{ version: string }>("SELECT version FROM rule_versions WHERE rule_id = 'edited' ORDER BY version");
      const versions = rows.map(({ version }) => Number(version));
      expect(versions).toEqual(versions.map((_, i) => i + 1));
      expect(acknowledged.filter((version) => !versions.includes(version))).toEqual([]);
      expect(versions.length).toBeLessThanOrEqual(attempts);
      const { body } = await one('api').json<{ readonly version: number }>('GET', '/v1/rules/edited');
      expect(body.version).toBe(versions.length);
      await allIsFound();
    },
    TIMEOUT_MS * 5,
  );
});
