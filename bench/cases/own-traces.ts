import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Tracing } from '#platform';
import type { BenchCase } from '../case.js';
import { benchRequest } from '../fixtures/otlp-request.js';
import { receivedOverHttp } from '../fixtures/received-over-http.js';

/** Small requests, because the cost of a span about a request does not grow with it. */
const SPANS = 8;
const SECONDS = 2;
const TURNS = 5;
const bytes = benchRequest({ spans: SPANS, spansPerTrace: 8, distinct: 40 });

/** Ratio of the CPU time per request with these settings to that with `beside`, in turns: the median. */
async function ratio(
  settings: Readonly<Record<string, string>>,
  beside: Readonly<Record<string, string>>,
): Promise<{ value: number; note: string }> {
  const cost = async (environment: Readonly<Record<string, string>>): Promise<number> => {
    const { requests, cpu } = await receivedOverHttp(bytes, SECONDS, environment);
    return cpu / requests;
  };
  await cost(beside);
  const ratios: number[] = [];
  const costs: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    // The order alternates, so that neither always has the warmer caches.
    const [first, second] = turn % 2 === 0 ? [beside, settings] : [settings, beside];
    const [a, b] = [await cost(first), await cost(second)];
    const [without, with_] = turn % 2 === 0 ? [a, b] : [b, a];
    ratios.push(with_ / without);
    costs.push(without);
  }
  const sorted = ratios.toSorted((a, b) => a - b);
  const range = `${sorted[0]?.toFixed(3)} to ${sorted.at(-1)?.toFixed(3)}`;
  return {
    value: sorted[TURNS >> 1] ?? Number.NaN,
    note: `${range} in ${TURNS} turns; ${Math.min(...costs).toFixed(0)} µs a request without, sender included`,
  };
}

/** With a receiver for BeTrace's own spans, in this process. */
async function traced(sampleRatio: string): Promise<{ value: number; note: string }> {
  const receiver = createServer((request, response) => void request.resume().on('end', () => response.writeHead(200).end('{}')));
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  const endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const settings = {
    BETRACE_TRACING_ENDPOINT: endpoint,
    BETRACE_TRACING_PROTOCOL: 'http/protobuf',
    BETRACE_TRACING_SAMPLE_RATIO: sampleRatio,
  };
  try {
    return await ratio(settings, {});
  } finally {
    receiver.closeAllConnections();
    await new Promise((done) => receiver.close(done));
  }
}

const CALLS = 1_000_000;
const work = { name: 'work', kind: 'client', attributes: {} } as const;
const off = new Tracing();

/** Nanoseconds of CPU time by which a call of `told` exceeds one of `untold`: the median of the turns. */
async function difference(untold: () => unknown, told: () => unknown): Promise<{ value: number; note: string }> {
  const cost = async (call: () => unknown): Promise<number> => {
    const before = process.cpuUsage();
    for (let n = 0; n < CALLS; n++) await call();
    const { user, system } = process.cpuUsage(before);
    return ((user + system) * 1e3) / CALLS;
  };
  for (const call of [untold, told]) await cost(call);
  const differences: number[] = [];
  for (let turn = 0; turn < 2 * TURNS + 1; turn++) {
    const without = await cost(untold);
    differences.push((await cost(told)) - without);
  }
  const sorted = differences.toSorted((a, b) => a - b);
  return { value: sorted[TURNS] ?? Number.NaN, note: `${sorted[0]?.toFixed(0)} to ${sorted.at(-1)?.toFixed(0)} in ${2 * TURNS + 1} turns` };
}

const answer = Promise.resolve();
const header = (name: string): string => name;

export const cases: readonly BenchCase[] = [
  {
    name: 'off: of a request over gRPC',
    unit: 'ns',
    run: () =>
      difference(
        () => undefined,
        () => off.begin(work, (name) => header(name)),
      ),
  },
  {
    name: 'off: of a batch to an endpoint or a receiver',
    unit: 'ns',
    run: () =>
      difference(
        () => answer,
        () => off.span(work, () => answer),
      ),
  },
  { name: 'none, beside none: what the measurement varies by', unit: '×', run: () => ratio({}, {}) },
  { name: 'one request in ten is told of', unit: '×', run: () => traced('0.1') },
  { name: 'each request is told of', unit: '×', run: () => traced('1') },
];
