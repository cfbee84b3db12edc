// Runs only when named (`npm run bench:kafka`).

import { setTimeout as pause } from 'node:timers/promises';
import { TOPICS } from '#records';
import { violation } from '../../apps/api/src/testing/violation.js';
import { type Log } from '../../libs/messaging/src/index.js';
import { clusterLog } from '../../test/chaos/send.js';
import { BeTrace, storageFolder } from '../../test/harness/betrace.js';
import { eventually } from '../../test/harness/eventually.js';
import { CLUSTER_PARTITIONS, Cluster, metric } from '../../test/harness/kafka/cluster.js';
import type { BenchCase, BenchResult } from '../case.js';
import { cpuSeconds } from '../fixtures/betrace-process.js';

/** Violations a second, and the duration (ms): the rate of 10,000 spans a second of which one in 80 violates. */
const RATE = 125;
const STEADY_MS = 20_000;
/** A backlog as after an outage. */
const BURST = 20_000;
/** Target of CPU milliseconds per violation. */
const TARGET = 0.2;

const EXPLANATION = {
  summary: 'span.duration > 1s',
  conditions: Array.from({ length: 4 }, (_, n) => ({ text: `span.attributes["k${n}"] == "v"`, value: true, actual: `value ${n}` })),
};

type Store = 'PostgreSQL' | 'SQLite';
type Figures = Readonly<Record<'steady' | 'burst', BenchResult>>;

/** CPU time of an API that stores and exports violations, minus its CPU time without violations. */
async function measure(cluster: Cluster, log: Log, api: BeTrace): Promise<Figures> {
  const done = async (): Promise<number> => {
    const [kept = 0] = await metric(api, 'betrace_violations_kept_total');
    const [exported = 0] = await metric(api, 'betrace_violations_exported_total');
    return Math.min(kept, exported);
  };
  let sent = await done();
  const send = (count: number) =>
    log.append(
      TOPICS.violations,
      Array.from({ length: count }, () => {
        const partition = sent++ % CLUSTER_PARTITIONS;
        const record = violation({
          id: `bench ${process.pid} ${sent}`,
          explanation: EXPLANATION,
          log: { partition, first_offset: sent, last_offset: sent },
        });
        return { partition, value: Buffer.from(JSON.stringify(record)) };
      }),
    );
  const settled = () => eventually('all of them', async () => ((await done()) >= sent ? true : undefined), 300_000, 100);
  await send(RATE);
  await settled();

  // The large batch first: single violations then run compiled code, as in a process that has run for a while.
  const batches = Array.from({ length: BURST / 1_000 }, () => 1_000);
  let before = await cpuSeconds([api]);
  const start = performance.now();
  for (const batch of batches) await send(batch);
  await settled();
  const seconds = (performance.now() - start) / 1_000;
  const burst = (((await cpuSeconds([api])) - before) * 1_000) / BURST;

  before = await cpuSeconds([api]);
  await pause(STEADY_MS);
  const idle = (await cpuSeconds([api])) - before;

  before = await cpuSeconds([api]);
  const already = sent;
  for (const start = performance.now(); performance.now() - start < STEADY_MS; await pause(8)) {
    const due = Math.floor(((performance.now() - start) / 1_000) * RATE) - (sent - already);
    if (due > 0) await send(due);
  }
  await settled();
  const steady = (((await cpuSeconds([api])) - before - idle) * 1_000) / (sent - already);
  const target = `target ${TARGET}`;
  cluster.receiver.requests.length = 0;
  return {
    steady: { value: steady, note: `${target}; ${RATE} a second, ${((idle * 100_000) / STEADY_MS).toFixed(1)} % of a core without any` },
    burst: { value: burst, note: `${target}; ${BURST} at once, ${(BURST / seconds).toFixed(0)} a second` },
  };
}

async function measureAll(): Promise<Readonly<Record<Store, Figures>>> {
  const cluster = await Cluster.start({ LOG_LEVEL: 'error' });
  const folder = await storageFolder();
  try {
    const name = await cluster.add('api');
    const log = await clusterLog(cluster);
    const PostgreSQL = await measure(cluster, log, cluster.process(name));
    await cluster.remove(name);
    const { DATABASE_URL: _, ...env } = cluster.env;
    const api = await BeTrace.start({ app: 'api', env: { ...env, BETRACE_STORAGE_PATH: folder.path } });
    const caughtUp = async () => {
      const lags = await metric(api, 'betrace_otlp_export_lag_records');
      return lags.length === CLUSTER_PARTITIONS && lags.every((lag) => lag === 0) ? true : undefined;
    };
    await eventually('it to catch up', caughtUp, 300_000, 200);
    const SQLite = await measure(cluster, log, api).finally(() => api.stop());
    await log.close();
    return { PostgreSQL, SQLite };
  } finally {
    await cluster.stop();
    await folder.remove();
  }
}

let measured: Promise<Readonly<Record<Store, Figures>>> | undefined;
const figure = (store: Store, what: keyof Figures) => async (): Promise<BenchResult> => (await (measured ??= measureAll()))[store][what];

const all: readonly BenchCase[] = (['PostgreSQL', 'SQLite'] as const).flatMap((store) => [
  { name: `keeping and exporting, one after the other, ${store}`, unit: 'CPU ms/violation', run: figure(store, 'steady') },
  { name: `keeping and exporting, a burst, ${store}`, unit: 'CPU ms/violation', run: figure(store, 'burst') },
]);

export const cases: readonly BenchCase[] = process.argv.some((word) => /^kafka(-violations)?$/.test(word)) ? all : [];
