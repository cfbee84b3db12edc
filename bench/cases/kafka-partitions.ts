// Runs only when named (`npm run bench:kafka`, or `npm run bench -- kafka-partitions`).
import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from '../../test/harness/kafka/cluster.js';
import type { BenchCase, BenchResult } from '../case.js';
import { cpuSeconds, judged } from '../fixtures/betrace-process.js';
import { withCluster } from '../fixtures/kafka-cluster.js';
import { RequestSender } from '../fixtures/request-sender.js';
import { DISTINCT, VIOLATED_RULES } from '../fixtures/violating-traces.js';

const SPANS = 512;
/** Requests a second, and for how long (s) they are measured. */
const LOAD = 20;
const LOAD_S = Number(process.env['BETRACE_BENCH_SECONDS'] ?? 30);
const FEW = 4;
const MANY = 64;

type Apps = Readonly<Record<'ingest' | 'evaluator' | 'api', number>>;

/** CPU seconds of each process under the same load. */
async function measure(cluster: Cluster): Promise<Apps> {
  const sender = new RequestSender(cluster.all('ingest')[0]!.url, { distinct: DISTINCT });
  const spent = async (): Promise<Apps> => ({
    ingest: await cpuSeconds(cluster.all('ingest')),
    evaluator: await cpuSeconds(cluster.all('evaluator')),
    api: await cpuSeconds(cluster.all('api')),
  });
  // Until V8 has compiled the code.
  await sender.sendSteadily(LOAD, AbortSignal.timeout(10_000));
  await judged(cluster.all('evaluator'), sender.spans);
  await pause(2_000);
  const before = await spent();
  await sender.sendSteadily(LOAD, AbortSignal.timeout(LOAD_S * 1_000));
  await judged(cluster.all('evaluator'), sender.spans);
  const after = await spent();
  sender.close();
  return { ingest: after.ingest - before.ingest, evaluator: after.evaluator - before.evaluator, api: after.api - before.api };
}

let measured: Promise<readonly [few: Apps, many: Apps]> | undefined;
const withPartitions = (count: number): Promise<Apps> =>
  withCluster(measure, { rules: VIOLATED_RULES, env: { BETRACE_LOG_PARTITIONS: String(count) } });
const figures = (): Promise<readonly [few: Apps, many: Apps]> => (measured ??= both());
async function both(): Promise<readonly [few: Apps, many: Apps]> {
  return [await withPartitions(FEW), await withPartitions(MANY)];
}

const all: readonly BenchCase[] = (['evaluator', 'ingest', 'api'] as const).map((app) => ({
  name: `${MANY} partitions instead of ${FEW}, ${app}, ${((LOAD * SPANS) / 1_000).toFixed(0)} k spans/s`,
  unit: '× the CPU',
  run: async (): Promise<BenchResult> => {
    const [few, many] = await figures();
    const seconds = `${few[app].toFixed(1)} and ${many[app].toFixed(1)} CPU s in ${LOAD_S} s`;
    return { value: many[app] / few[app], note: app === 'evaluator' ? `target 1.3; ${seconds}` : seconds };
  },
}));

export const cases: readonly BenchCase[] = process.argv.some((word) => /^kafka(-partitions)?$/.test(word)) ? all : [];
