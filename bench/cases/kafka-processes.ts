// Runs only when named (`npm run bench:kafka`, or `npm run bench -- kafka-processes` for these cases alone).
import type { Cluster } from '../../test/harness/kafka/cluster.js';
import type { BenchCase, BenchResult } from '../case.js';
import { cpuSeconds, judged } from '../fixtures/betrace-process.js';
import { cpuSecondsOf } from '../fixtures/cpu-of-process.js';
import { withCluster } from '../fixtures/kafka-cluster.js';
import { RequestSender } from '../fixtures/request-sender.js';

/** As in the end-to-end cases. */
const WARM_UP = 3_200;
const REQUESTS = 1_600;

interface Figures {
  readonly ingest: BenchResult;
  readonly evaluator: BenchResult;
  readonly whole: BenchResult;
}

/** CPU time of each process while requests are received, written to Kafka, read from it and judged. */
async function measure(cluster: Cluster): Promise<Figures> {
  const [ingest, evaluator, api] = [cluster.all('ingest'), cluster.all('evaluator'), cluster.all('api')];
  const sender = new RequestSender(ingest[0]!.url);
  const spent = async (): Promise<number[]> => [
    await cpuSeconds(ingest),
    await cpuSeconds(evaluator),
    await cpuSeconds(api),
    cpuSecondsOf(cluster.broker.pid),
  ];
  await sender.send(WARM_UP);
  await judged(evaluator, sender.spans);

  const before = await spent();
  const start = performance.now();
  const already = sender.spans;
  await sender.send(REQUESTS);
  await judged(evaluator, sender.spans);
  const seconds = (performance.now() - start) / 1_000;
  const after = await spent();
  sender.close();
  const spans = sender.spans - already;
  const [ofIngest = 0, ofEvaluator = 0, ofApi = 0, ofBroker = 0] = after.map((value, i) => value - before[i]!);
  const per = (cpu: number): number => spans / cpu / 1e6;
  return {
    ingest: { value: per(ofIngest), note: `OTLP/HTTP to Kafka, ${sender.spansPerRequest} spans of 429 bytes per request` },
    evaluator: { value: per(ofEvaluator), note: 'Kafka to verdicts, 50 rules' },
    whole: {
      value: per(ofIngest + ofEvaluator + ofApi),
      note: `ingest, evaluator and API; the broker apart: ${per(ofBroker).toFixed(2)}; ${(spans / seconds / 1e3).toFixed(0)} k spans/s`,
    },
  };
}

let measured: Promise<Figures> | undefined;
const figure = (name: keyof Figures) => async (): Promise<BenchResult> => (await (measured ??= withCluster(measure)))[name];

const all: readonly BenchCase[] = [
  { name: 'ingest', unit: 'M spans/CPU s', run: figure('ingest') },
  { name: 'evaluator', unit: 'M spans/CPU s', run: figure('evaluator') },
  { name: 'the whole', unit: 'M spans/CPU s', run: figure('whole') },
];

export const cases: readonly BenchCase[] = process.argv.some((word) => word === 'kafka' || word === 'kafka-processes') ? all : [];
