// Runs only when named (`npm run bench:kafka`).
import { setTimeout as pause } from 'node:timers/promises';
import { clusterLog } from '../../test/chaos/send.js';
import type { Cluster } from '../../test/harness/kafka/cluster.js';
import type { BenchCase, BenchResult } from '../case.js';
import { createRules, judged } from '../fixtures/betrace-process.js';
import { withCluster } from '../fixtures/kafka-cluster.js';
import { PROBE_RULES, Probes } from '../fixtures/probes.js';
import { RequestSender } from '../fixtures/request-sender.js';
import { type Latency, latency, type Recovery, recoveryFrom } from '../fixtures/verdict-times.js';

/** The load: requests a second, of 512 spans; and probes a second, of one. */
const LOAD = 20;
const PROBES = 4;
const LISTED_OF = 5;
/**
 * How long (ms) verdicts are timed. A successor reads again at most the 230 s before the failure (40 s of remembered traces, 190 s of context:
 * docs/decisions/0012). Here it reads the load of this time, about half of that, so that the benchmark takes minutes.
 */
const LOAD_MS = 125_000;
/** The default of `root_grace`: a probe's trace is only its root, and closes this long after it. */
const ROOT_GRACE_MS = 2_000;

interface Figures {
  readonly spanRule: Latency;
  readonly listed: Latency;
  readonly traceRule: Latency;
  readonly restarted: Recovery;
  readonly takenOver: Recovery;
}

async function measure(cluster: Cluster): Promise<Figures> {
  const [ingest, api] = [cluster.all('ingest')[0]!, cluster.all('api')[0]!];
  await createRules(api, PROBE_RULES);
  const log = await clusterLog(cluster);
  const probes = await Probes.start(log, ingest, api);
  const sender = new RequestSender(ingest.url);
  const ended = new AbortController();
  const load = sender.sendSteadily(LOAD, ended.signal);
  load.catch(() => undefined);
  try {
    const measuring = AbortSignal.timeout(LOAD_MS);
    await Promise.race([probes.sendSteadily(PROBES, measuring, LISTED_OF), load]);
    await pause(ROOT_GRACE_MS + 1_000);
    const times = latencies(probes);
    const usual = times.spanRule.p99;

    const [first = ''] = cluster.names('evaluator');
    const restarted = await recoveryFrom(() => cluster.kill(first).then(() => cluster.restart(first)), probes, usual);
    await recoveryFrom(() => joined(cluster), probes, usual);
    const takenOver = await recoveryFrom(() => cluster.kill(first), probes, usual);
    return { ...times, restarted, takenOver };
  } finally {
    ended.abort();
    await load.finally(() => {
      sender.close();
      probes.close();
      return log.close();
    });
  }
}

function latencies({ sent }: Probes): Pick<Figures, 'spanRule' | 'listed' | 'traceRule'> {
  const looked = sent.filter(({ lookedFor }) => lookedFor);
  return {
    spanRule: latency(sent, ({ sentAt, spanRuleAt = Number.NaN }) => spanRuleAt - sentAt),
    listed: latency(looked, ({ sentAt, listedAt = Number.NaN }) => listedAt - sentAt),
    traceRule: latency(sent, ({ logTime = Number.NaN, traceRuleAt = Number.NaN }) => traceRuleAt - (logTime + ROOT_GRACE_MS)),
  };
}

/** Waits until another evaluator has partitions. */
async function joined(cluster: Cluster): Promise<void> {
  const another = await cluster.add('evaluator');
  await judged([cluster.process(another)], 1);
}

let measured: Promise<Figures> | undefined;
const figures = (): Promise<Figures> => (measured ??= withCluster(measure));
const timed = (name: 'spanRule' | 'listed' | 'traceRule', what: string) => async (): Promise<BenchResult> => {
  const { p50, p99, count } = (await figures())[name];
  return { value: p50, note: `p99 ${p99.toFixed(0)} ms of ${count}; ${what}` };
};
const recovered = (name: 'restarted' | 'takenOver') => async (): Promise<BenchResult> => {
  const { caughtUp, judged } = (await figures())[name];
  return { value: caughtUp / 1_000, note: `the first verdict of the last partition after ${(judged / 1_000).toFixed(1)} s` };
};

const load = `under ${((LOAD * 512) / 1_000).toFixed(0)} k spans/s`;
const all: readonly BenchCase[] = [
  {
    name: `verdict of a span rule, p50 ${load}`,
    unit: 'ms',
    run: timed('spanRule', 'from sending the span until it is read from the violations log'),
  },
  { name: `the same, listed by the API, p50`, unit: 'ms', run: timed('listed', 'from sending the span until GET /v1/violations has it') },
  {
    name: `verdict of a trace rule, p50 ${load}`,
    unit: 'ms',
    run: timed('traceRule', 'from when the trace may close until it is read from the violations log'),
  },
  { name: `kill -9 of the only evaluator, restarted at once, ${load}`, unit: 's', run: recovered('restarted') },
  { name: `kill -9 of one of two evaluators, ${load}`, unit: 's', run: recovered('takenOver') },
];

export const cases: readonly BenchCase[] = process.argv.includes('kafka') ? all : [];
