import { status } from '@grpc/grpc-js';
import { encodeRequestJson, spansFromValue } from '#otlp';
import type { Cluster } from '../harness/kafka/cluster.js';
import type { Random } from './random.js';

/** The test's collector can permanently refuse violations of this service. */
export const REFUSED_SERVICE = 'refused-for-good';

/** Rules that read everything in the poison. */
export const POISON_RULES = [
  { id: 'scored', name: 'Score', expression: 'span.name == "poison" and (span.attributes["score"] or 0) ~= 0.5', severity: 'LOW' },
  { id: 'admin-url', name: 'Admin URL', expression: 'span.attributes["http.url"] contains "admin"', severity: 'LOW' },
  {
    id: 'total',
    name: 'Sum of scores',
    expression: 'trace.has(span.name == "poison") and trace.sum(span.attributes["score"], span.name == "poison") ~= 0.5',
    severity: 'LOW',
  },
] as const;

const NUMBERS = ['NaN', 'Infinity', '-Infinity', -0, 1e308] as const;
/** An emoji at the place where texts are truncated, half of a pair, U+0000, and texts that are names of properties. */
const TEXTS = [
  `/admin?q=${'x'.repeat(190)}😀😀😀`,
  'admin \ud800 half',
  'admin \u0000 nul',
  'admin __proto__',
  `admin ${'y'.repeat(50_000)}`,
] as const;

/** One span with a number and texts that a careless encoder cannot represent. */
function poisonSpan(random: Random): object {
  return {
    traceId: `${random.hex(31)}3`,
    spanId: `${random.hex(15)}3`,
    name: 'poison',
    startTimeUnixNano: '1699000000000000000',
    endTimeUnixNano: '1699000001000000000',
    attributes: [
      { key: 'score', value: { doubleValue: random.pick(NUMBERS) } },
      { key: 'http.url', value: { stringValue: random.pick(TEXTS) } },
      { key: 'constructor', value: { stringValue: random.pick(TEXTS) } },
    ],
  };
}

/** Sends poison to every ingest until each has acknowledged it. */
export async function sendPoison(cluster: Cluster, random: Random, pause: (ms: number) => Promise<void>): Promise<void> {
  const request = {
    resourceSpans: [
      {
        resource: {
          attributes: [{ key: 'service.name', value: { stringValue: random.pick(['shop\u0000', 'half \udc00', '', 'постgres']) } }],
        },
        scopeSpans: [{ spans: Array.from({ length: 20 }, () => poisonSpan(random)) }],
      },
    ],
  };
  for (const { url } of cluster.all('ingest')) await postUntilTaken(`${url}/v1/traces`, JSON.stringify(request), pause);
}

/** Sends spans that violate a rule of the load, with violations that the collector refuses. */
export async function sendRefused(cluster: Cluster, random: Random, pause: (ms: number) => Promise<void>): Promise<void> {
  const spans = Array.from({ length: 5 }, () => ({
    trace_id: `${random.hex(31)}4`,
    span_id: `${random.hex(15)}4`,
    name: 'refused',
    service: REFUSED_SERVICE,
    start_time: 1_699_000_000_000_000,
    duration: 2_000_000_000,
    attributes: { tenant: 'a' },
  }));
  const body = encodeRequestJson(spansFromValue({ spans }, { incomplete: true }));
  await postUntilTaken(`${random.pick(cluster.all('ingest')).url}/v1/traces`, body, pause);
}

/** Posts until the request is accepted; an answer that forbids repeating fails. */
export async function postUntilTaken(url: string, body: string, pause: (ms: number) => Promise<void>): Promise<void> {
  for (;;) {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(10_000),
    }).catch(() => undefined);
    if (answer?.ok) return;
    if (answer !== undefined && answer.status < 429) throw new Error(`${answer.status}: ${await answer.text()}`);
    await pause(200);
  }
}

/** Refuses export requests with a violation of the refused service. */
export const refuseForGood = (request: Buffer) => (request.includes(REFUSED_SERVICE) ? { code: status.INVALID_ARGUMENT } : undefined);
