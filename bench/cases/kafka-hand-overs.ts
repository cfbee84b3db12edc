// Runs only when named (`npm run bench:kafka`, or `npm run bench -- kafka-hand-overs`).
import { setTimeout as pause } from 'node:timers/promises';
import { clusterLog } from '../../test/chaos/send.js';
import type { Cluster } from '../../test/harness/cluster.js';
import type { BenchCase, BenchResult } from '../case.js';
import { judged } from '../fixtures/betrace-process.js';
import { withCluster } from '../fixtures/kafka-cluster.js';
import { now, PROBE_RULES, type Probe, Probes } from '../fixtures/probes.js';
import { RequestSender } from '../fixtures/request-sender.js';
import { type Latency, latency, type Recovery, recoveryFrom } from '../fixtures/verdict-times.js';

/** Spans a second, and for how long (s) before the first move: a successor reads up to 230 s of them. The targets assume 50,000. */
const RATE = Number(process.env['BETRACE_BENCH_RATE'] ?? 50_000);
const LOAD_S = Number(process.env['BETRACE_BENCH_SECONDS'] ?? 125);
const SPANS = 512;
/** Five probes a second for each of twelve partitions. */
const PROBES = 60;
/** How long (ms) verdicts are timed after a move starts; the evaluators share the partitions again within a few heartbeats. */
const MOVE_MS = 25_000;
/** How long (ms) the last probes may wait for their verdicts, on a machine that is too slow for the load. */
const JUDGED_MS = 60_000;
/** Maximum of unanswered requests: some seconds of load. A slower machine has less load, which the table shows. */
const UNDER_WAY = 256;

interface Figures {
  /** Spans a second acknowledged before the first move, and the usual verdict latency (ms) at that rate. */
  readonly reached: number;
  readonly usual: Latency;
  /** Average of the whole run. */
  readonly average: number;
  readonly out: number;
  readonly back: number;
  readonly repeats: number;
  readonly records: number;
  readonly killed: Recovery;
  readonly broker: Recovery;
}

async function measure(cluster: Cluster): Promise<Figures> {
  const [ingest, api] = [cluster.all('ingest')[0]!, cluster.all('api')[0]!];
  const log = await clusterLog(cluster);
  const probes = await Probes.start(log, ingest, api, true);
  const sender = new RequestSender(ingest.url, { patient: true });
  const ended = new AbortController();
  const started = now();
  const load = sender.sendSteadily(RATE / SPANS, ended.signal, UNDER_WAY);
  load.catch(() => undefined);
  const rate = (): number => (sender.spans * 1_000) / (now() - started);
  try {
    const before = AbortSignal.timeout(LOAD_S * 1_000);
    await probes.sendSteadily(PROBES, before);
    const reached = rate();
    await allJudged(probes, 0);
    const usual = latency(probes.sent, ({ sentAt, spanRuleAt = Number.NaN }) => spanRuleAt - sentAt);
    const heard = { ...probes.heard };
    let name = '';
    const out = await worst(probes, async () => {
      name = await cluster.add('evaluator');
      await judged([cluster.process(name)], 1);
    });
    const back = await worst(probes, () => cluster.remove(name));
    // The successor repeats work within the time of its context.
    await pause(2_000);
    const records = probes.heard.records - heard.records;
    const repeats = probes.heard.repeats - heard.repeats;
    name = await cluster.add('evaluator');
    await judged([cluster.process(name)], 1);
    await recoveryFrom(async () => undefined, probes, usual.p99);
    const killed = await recoveryFrom(() => cluster.kill(name), probes, usual.p99);
    const average = rate();
    await cluster.broker.kill();
    await cluster.broker.run();
    const broker = await recoveryFrom(async () => undefined, probes, usual.p99);
    return { reached, usual, average, out, back, repeats, records, killed, broker };
  } finally {
    ended.abort();
    await load.finally(() => {
      sender.close();
      probes.close();
      return log.close();
    });
  }
}

/** The longest time (ms) from a probe to its verdict while partitions move: the pause of the partition that waited longest. */
async function worst(probes: Probes, move: () => Promise<unknown>): Promise<number> {
  const first = probes.sent.length;
  await Promise.all([move(), probes.sendSteadily(PROBES, AbortSignal.timeout(MOVE_MS))]);
  const moved = await allJudged(probes, first);
  return Math.max(...moved.map(({ sentAt, spanRuleAt = 0 }) => spanRuleAt - sentAt));
}

/** The probes from index `first` on, once all have their verdict. */
async function allJudged(probes: Probes, first: number): Promise<readonly Probe[]> {
  const deadline = now() + JUDGED_MS;
  const sent = probes.sent.slice(first);
  while (sent.some(({ spanRuleAt }) => spanRuleAt === undefined)) {
    if (now() > deadline) throw new Error('a probe was not judged');
    await pause(20);
  }
  return sent;
}

let measured: Promise<Figures> | undefined;
const figures = (): Promise<Figures> => (measured ??= withCluster(measure, { rules: PROBE_RULES }));
const moved = (name: 'out' | 'back', what: string) => async (): Promise<BenchResult> => {
  return { value: (await figures())[name] / 1_000, note: `target 2; ${what}, after ${LOAD_S} s of load` };
};

const recovered = (name: 'killed' | 'broker', what: string) => async (): Promise<BenchResult> => {
  const { judged: first, caughtUp } = (await figures())[name];
  return { value: first / 1_000, note: `${what}; within the usual time after ${(caughtUp / 1_000).toFixed(1)} s` };
};

const load = `under ${(RATE / 1_000).toFixed(0)} k spans/s`;
const all: readonly BenchCase[] = [
  {
    name: 'load that was acknowledged before the moves',
    unit: 'spans/s',
    run: async () => {
      const { reached, usual, average } = await figures();
      const said = reached >= RATE * 0.97 ? `asked for ${RATE}` : `NOT REACHED: asked for ${RATE}, and what follows is of this load`;
      const times = `verdicts after ${usual.p50.toFixed(0)} ms (p50), ${usual.p99.toFixed(0)} ms (p99)`;
      return { value: reached, note: `${said}; ${times}; ${average.toFixed(0)} until the broker was killed` };
    },
  },
  { name: `longest pause of a partition, 1 evaluator → 2, ${load}`, unit: 's', run: moved('out', 'orderly') },
  { name: `longest pause of a partition, 2 evaluators → 1, ${load}`, unit: 's', run: moved('back', 'orderly') },
  {
    name: 'violations published again by both moves',
    unit: '%',
    run: async () => {
      const { repeats, records } = await figures();
      return { value: (repeats * 100) / records, note: `target 1; ${repeats} of ${records} records` };
    },
  },
  {
    name: `kill -9 of one of two evaluators, ${load}`,
    unit: 's',
    run: recovered('killed', 'no target; from the kill until the last partition has a verdict: the session (10 s) and the context'),
  },
  {
    name: `kill -9 of the broker, started again at once, ${load}`,
    unit: 's',
    run: recovered('broker', 'target 5; from when it serves until the last partition has a verdict'),
  },
];

export const cases: readonly BenchCase[] = process.argv.some((word) => /^kafka(-hand-overs)?$/.test(word)) ? all : [];
