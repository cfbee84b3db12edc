// Runs only when named (`npm run bench:kafka`, or `npm run bench -- kafka-catch-up`).
import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from '../../test/harness/kafka/cluster.js';
import { metric } from '../../test/harness/kafka/cluster.js';
import type { BenchCase, BenchResult } from '../case.js';
import { cpuSeconds, judged } from '../fixtures/betrace-process.js';
import { withCluster } from '../fixtures/kafka-cluster.js';
import { RequestSender } from '../fixtures/request-sender.js';
import { DISTINCT, VIOLATED_RULES } from '../fixtures/violating-traces.js';

/** Requests of 512 spans in the log when the evaluator starts. */
const REQUESTS = Number(process.env['BETRACE_BENCH_REQUESTS'] ?? 5_000);

interface Figures {
  readonly rate: number;
  readonly perCpu: number;
  readonly cpu: number;
  readonly violations: number;
}

/** An evaluator starts with a lag: its rate from its first spans until it has caught up. */
async function measure(cluster: Cluster): Promise<Figures> {
  const sender = new RequestSender(cluster.all('ingest')[0]!.url, { distinct: DISTINCT });
  await sender.send(1);
  await judged(cluster.all('evaluator'), sender.spans);
  await cluster.remove(cluster.names('evaluator')[0]!);
  const already = sender.spans;
  await sender.send(REQUESTS);
  sender.close();
  const lag = sender.spans - already;
  const evaluator = cluster.process(await cluster.add('evaluator'));
  const spans = async (): Promise<number> =>
    (await metric(evaluator, 'betrace_spans_evaluated_total')).reduce((sum, value) => sum + value, 0);
  while ((await spans()) === 0) await pause(20);
  const [first, cpuBefore, start] = [await spans(), await cpuSeconds([evaluator]), performance.now()];
  // Spans that it judges again after its commit count too, because they are work.
  await judged([evaluator], lag);
  const seconds = (performance.now() - start) / 1_000;
  const cpu = (await cpuSeconds([evaluator])) - cpuBefore;
  const judgedSpans = (await spans()) - first;
  const violations = (await metric(evaluator, 'betrace_violations_total')).reduce((sum, value) => sum + value, 0);
  return { rate: judgedSpans / seconds, perCpu: judgedSpans / cpu, cpu: cpu / seconds, violations };
}

let measured: Promise<Figures> | undefined;
const figures = (): Promise<Figures> => (measured ??= withCluster(measure, { rules: VIOLATED_RULES }));

const all: readonly BenchCase[] = [
  {
    name: 'catching up, 1 in 21 traces violates',
    unit: 'k spans/s',
    run: async (): Promise<BenchResult> => {
      const { rate, cpu, violations } = await figures();
      return { value: rate / 1_000, note: `at ${(cpu * 100).toFixed(0)} % of a core; ${violations} violations` };
    },
  },
  {
    name: 'the same, for a core',
    unit: 'k spans/CPU s',
    run: async (): Promise<BenchResult> => ({ value: (await figures()).perCpu / 1_000, note: 'target 400' }),
  },
];

export const cases: readonly BenchCase[] = process.argv.some((word) => /^kafka(-catch-up)?$/.test(word)) ? all : [];
