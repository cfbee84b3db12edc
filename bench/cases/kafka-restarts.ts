// Runs only when named (`npm run bench:kafka`, or `npm run bench -- kafka-restarts`).
import { setTimeout as pause } from 'node:timers/promises';
import { clusterLog } from '../../test/chaos/send.js';
import type { Cluster } from '../../test/harness/kafka/cluster.js';
import type { BenchCase, BenchResult } from '../case.js';
import { withCluster } from '../fixtures/kafka-cluster.js';
import { now, PROBE_RULES, Probes } from '../fixtures/probes.js';
import { RequestSender } from '../fixtures/request-sender.js';

/** Spans a second, and for how long (s) before the first restart: the context that is read grows with both. */
const RATE = Number(process.env['BETRACE_BENCH_RATE'] ?? 10_000);
const LOAD_S = Number(process.env['BETRACE_BENCH_SECONDS'] ?? 30);
const SPANS = 512;
/** Each of twelve partitions has a probe five times a second. */
const PROBES = 60;
/** Time (ms) until the moves of a restart have ended: partitions move back to the restarted process. */
const REST_MS = 15_000;
const JUDGED_MS = 60_000;
const UNDER_WAY = 256;

interface Figures {
  readonly reached: number;
  /** The longest time (ms) from a probe of a partition until its verdict, by partition in ascending order. */
  readonly pauses: readonly number[];
  readonly repeats: number;
  readonly records: number;
}

/** Two evaluators, restarted one after the other by SIGTERM. */
async function roll(cluster: Cluster, isStatic: boolean): Promise<Figures> {
  const [first = ''] = cluster.names('evaluator');
  const names: string[] = [];
  for (const id of ['a', 'b'])
    names.push(await cluster.add('evaluator', isStatic ? { KAFKA_GROUP_INSTANCE_ID: id, KAFKA_SESSION_TIMEOUT: '60s' } : {}));
  await cluster.remove(first);
  const [ingest, api] = [cluster.all('ingest')[0]!, cluster.all('api')[0]!];
  const log = await clusterLog(cluster);
  const probes = await Probes.start(log, ingest, api, true);
  const sender = new RequestSender(ingest.url, { patient: true });
  const ended = new AbortController();
  const started = now();
  const load = sender.sendSteadily(RATE / SPANS, ended.signal, UNDER_WAY);
  load.catch(() => undefined);
  try {
    await probes.sendSteadily(PROBES, AbortSignal.timeout(LOAD_S * 1_000));
    const reached = (sender.spans * 1_000) / (now() - started);
    const heard = { ...probes.heard };
    const from = probes.sent.length;
    const rolled = new AbortController();
    const probing = probes.sendSteadily(PROBES, rolled.signal);
    for (const name of names) {
      await cluster.process(name).stop();
      await cluster.restart(name);
      await pause(REST_MS);
    }
    rolled.abort();
    await probing;
    const sent = probes.sent.slice(from);
    const deadline = now() + JUDGED_MS;
    while (sent.some(({ spanRuleAt }) => spanRuleAt === undefined)) {
      if (now() > deadline) throw new Error('a probe was not judged');
      await pause(20);
    }
    const pauses = [...Map.groupBy(sent, ({ partition }) => partition).values()]
      .map((of) => Math.max(...of.map(({ sentAt, spanRuleAt = 0 }) => spanRuleAt - sentAt)))
      .sort((a, b) => a - b);
    return { reached, pauses, repeats: probes.heard.repeats - heard.repeats, records: probes.heard.records - heard.records };
  } finally {
    ended.abort();
    await load.finally(() => {
      sender.close();
      probes.close();
      return log.close();
    });
  }
}

const measured = new Map<boolean, Promise<Figures>>();
function figures(isStatic: boolean): Promise<Figures> {
  const known = measured.get(isStatic) ?? withCluster((cluster) => roll(cluster, isStatic), { rules: PROBE_RULES });
  measured.set(isStatic, known);
  return known;
}

const restarts = (isStatic: boolean) => async (): Promise<BenchResult> => {
  const { reached, pauses, repeats, records } = await figures(isStatic);
  const middle = (pauses[Math.floor(pauses.length / 2)] ?? 0) / 1_000;
  const said = `median of ${pauses.length} partitions ${middle.toFixed(2)} s; ${repeats} of ${records} violations published again`;
  return { value: (pauses.at(-1) ?? 0) / 1_000, note: `${said}; ${reached.toFixed(0)} spans/s` };
};

const all: readonly BenchCase[] = [
  { name: 'longest pause of a partition, 2 evaluators restarted one after the other', unit: 's', run: restarts(false) },
  { name: 'the same, with names of their own (static members)', unit: 's', run: restarts(true) },
];

export const cases: readonly BenchCase[] = process.argv.some((word) => /^kafka(-restarts)?$/.test(word)) ? all : [];
