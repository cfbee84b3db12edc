import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BenchCase } from '../case.js';
import { benchRequest } from '../fixtures/otlp-request.js';
import { receivedOverHttp } from '../fixtures/received-over-http.js';

/** Small requests: what a span about a request costs does not grow with it. */
const SPANS = 8;
const SECONDS = 2;
const TURNS = 5;
const bytes = benchRequest({ spans: SPANS, spansPerTrace: 8, distinct: 40 });

/** CPU time of a request with these settings beside one with the settings of `beside`, by turns: the median of the ratios. */
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
    // The order changes, so that neither is always the warmer one.
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

/** With a receiver of the spans about BeTrace itself, in this process, too. */
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

export const cases: readonly BenchCase[] = [
  { name: 'none, beside none: what the measurement varies by', unit: '×', run: () => ratio({}, {}) },
  { name: 'one request in ten is told of', unit: '×', run: () => traced('0.1') },
  { name: 'each request is told of', unit: '×', run: () => traced('1') },
];
