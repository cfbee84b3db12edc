// Runs only when named (`npm run bench:kafka`, or `npm run bench -- kafka-wires` for these alone): the figures over Kafka of docs/operations/capacity.md.
import type { Cluster } from '../../test/harness/kafka/cluster.js';
import type { BenchCase, BenchResult } from '../case.js';
import { cpuSeconds, judged } from '../fixtures/betrace-process.js';
import { cpuSecondsOf } from '../fixtures/cpu-of-process.js';
import { FIFTY_RULES } from '../fixtures/fifty-rules.js';
import { withCluster } from '../fixtures/kafka-cluster.js';
import { WIRES, type Wire, WireSender } from '../fixtures/wires.js';

/** Requests until V8 has compiled the code of the processes, and those of a round. */
const WARM_UP = 800;
const REQUESTS = 400;
const ROUNDS = 5;

type Part = 'ingest' | 'evaluator' | 'broker';

/** Microseconds of CPU time of each part for each span of a wire. `first`: no other wire of the cluster may have its trace ids. */
async function measure(
  cluster: Cluster,
  wire: Wire,
  first: number,
  before: number,
): Promise<{ of: Record<Part, number[]>; spans: number }> {
  const [ingest, evaluator] = [cluster.all('ingest'), cluster.all('evaluator')];
  const sender = new WireSender(wire, ingest[0]!.url, ingest[0]!.ports.grpc, first);
  const spent = async (): Promise<Record<Part, number>> => ({
    ingest: await cpuSeconds(ingest),
    evaluator: await cpuSeconds(evaluator),
    broker: cpuSecondsOf(cluster.broker.pid),
  });
  await sender.send(WARM_UP);
  await judged(evaluator, before + sender.spans);
  const of: Record<Part, number[]> = { ingest: [], evaluator: [], broker: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const [was, spans] = [await spent(), sender.spans];
    await sender.send(REQUESTS);
    await judged(evaluator, before + sender.spans);
    const is = await spent();
    for (const part of ['ingest', 'evaluator', 'broker'] as const) of[part].push(((is[part] - was[part]) * 1e6) / (sender.spans - spans));
  }
  sender.close();
  return { of, spans: before + sender.spans };
}

function medianOf(values: readonly number[]): BenchResult {
  const sorted = values.toSorted((a, b) => a - b);
  return { value: sorted[sorted.length >> 1]!, note: `of ${sorted.length} rounds ${sorted.map((one) => one.toFixed(2)).join(', ')}` };
}

/** The figures of each wire in turn, in one cluster with these rules. */
async function measured(wires: readonly Wire[], rules: typeof FIFTY_RULES): Promise<readonly Record<Part, BenchResult>[]> {
  return withCluster(
    async (cluster) => {
      const results: Record<Part, BenchResult>[] = [];
      let spans = 0;
      for (const [at, wire] of wires.entries()) {
        const { of, spans: now } = await measure(cluster, wire, at * 1_000_000, spans);
        spans = now;
        results.push({ ingest: medianOf(of.ingest), evaluator: medianOf(of.evaluator), broker: medianOf(of.broker) });
      }
      return results;
    },
    { rules },
  );
}

let plain: ReturnType<typeof measured> | undefined;
let ruled: ReturnType<typeof measured> | undefined;
const withoutRules = () => (plain ??= measured(WIRES, []));
const withRules = () => (ruled ??= measured(WIRES.slice(0, 1), FIFTY_RULES));

const all: readonly BenchCase[] = [
  ...WIRES.map(
    ({ name }, at): BenchCase => ({
      name: `CPU of ingest for a span, ${name}`,
      unit: 'µs',
      run: async () => (await withoutRules())[at]!.ingest,
    }),
  ),
  { name: 'CPU of an evaluator for a span, no rules', unit: 'µs', run: async () => (await withoutRules())[0]!.evaluator },
  { name: 'CPU of an evaluator for a span, 50 rules', unit: 'µs', run: async () => (await withRules())[0]!.evaluator },
  { name: 'CPU of the broker for a span', unit: 'µs', run: async () => (await withoutRules())[0]!.broker },
];

export const cases: readonly BenchCase[] = process.argv.some((word) => word === 'kafka' || word === 'kafka-wires') ? all : [];
