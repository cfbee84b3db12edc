import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeRequestJson, type Span } from '#otlp';
import { aRequest, aSpan, bytesOf } from '../fixtures/ingest/requests.js';
import { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';

/** 2^53 + 1, which no double can hold: rounding anywhere makes it 2^53. */
const ODD = 9_007_199_254_740_993n;
const START = 1_699_000_000_000_000_001n;

/** For each wire: a span with exactly the 64-bit values of the rules, and one with each value off by one. */
const hit = (traceId: string): Span => span(traceId, '00000000000000a1', ODD, START);
const miss = (traceId: string): Span => span(traceId, '00000000000000b2', ODD - 1n, START + 2n);

function span(traceId: string, spanId: string, id: bigint, start: bigint): Span {
  const attributes = [{ key: 'id', value: { type: 'int' as const, value: id } }];
  return aSpan({ traceId, spanId, startTimeUnixNano: start, endTimeUnixNano: start + id, attributes });
}

const RULES = {
  attribute: `span.attributes.id == ${ODD}`,
  start: `span.start_time == ${START}`,
  duration: `span.duration == ${ODD}`,
  end: `span.end_time == ${START + ODD}`,
  script: `local id = span.attributes.id\nreturn id == ${ODD} and span.start_time == ${START}`,
  counted: `trace.count(span.attributes.id == ${ODD}) == 1 and trace.count(true) == 2`,
} as const;

const post = async (url: string, type: string, body: string | Uint8Array<ArrayBuffer>): Promise<void> => {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body });
  expect([answer.status, await answer.text()].join(' ')).toMatch(/^20[02] /);
};

const WAYS_IN: Readonly<Record<string, (url: string, traceId: string) => Promise<void>>> = {
  'OTLP/HTTP, protobuf': (url, id) => post(`${url}/v1/traces`, 'application/x-protobuf', bytesOf(aRequest([hit(id), miss(id)]))),
  'OTLP/HTTP, JSON': (url, id) => post(`${url}/v1/traces`, 'application/json', encodeRequestJson(aRequest([hit(id), miss(id)]))),
  '/v1/spans, numbers': (url, id) =>
    post(
      `${url}/v1/spans`,
      'application/json',
      spansJson(id, (value) => `${value}`),
    ),
  '/v1/spans, times as text': (url, id) =>
    post(
      `${url}/v1/spans`,
      'application/json',
      spansJson(id, (value) => `"${value}"`),
    ),
};

/** Composed as text: JSON.stringify cannot write 64-bit integers. */
function spansJson(traceId: string, time: (value: bigint) => string): string {
  const spans = [hit(traceId), miss(traceId)].map(({ spanId, startTimeUnixNano: start, endTimeUnixNano: end }) => {
    const times = `"start_time": ${time(start)}, "end_time": ${time(end)}`;
    return `{"trace_id": "${traceId}", "span_id": "${spanId}", "name": "x", "service": "shop", ${times}, "attributes": {"id": ${end - start}}}`;
  });
  return `{"spans": [${spans.join()}]}`;
}

describe('64 bits', () => {
  let betrace: BeTrace;
  beforeAll(async () => {
    betrace = await BeTrace.start({ env: { BETRACE_TRACE_IDLE_TIMEOUT: '300ms' } });
    for (const [name, expression] of Object.entries(RULES)) {
      expect(await betrace.json('POST', '/v1/rules', { name, expression, severity: 'LOW' })).toMatchObject({ status: 201 });
    }
  });
  afterAll(() => betrace?.stop());

  it.each(Object.keys(WAYS_IN))('are kept from the wire to the verdict and back over %s', async (way) => {
    const traceId = `${Object.keys(WAYS_IN).indexOf(way) + 1}`.padStart(32, '0');
    await WAYS_IN[way]?.(betrace.url, traceId);
    const found = await eventually('a violation of each rule', async () => {
      const { body } = await betrace.json<{ violations: { id: string; rule_id: string; span_id: string }[] }>(
        'GET',
        `/v1/violations?trace_id=${traceId}`,
      );
      return body.violations.length >= Object.keys(RULES).length ? body.violations : undefined;
    });
    expect(found.map(({ rule_id, span_id }) => `${rule_id} ${span_id}`).sort()).toEqual(
      Object.keys(RULES)
        .map((rule) => `${rule} 00000000000000a1`)
        .sort(),
    );
    const { spans } = (await betrace.json<{ spans: Record<string, unknown>[] }>('GET', `/v1/violations/${found[0]?.id}/trace`)).body;
    const shown = spans.find(({ span_id }) => span_id === '00000000000000a1');
    expect(shown).toMatchObject({ start_time: `${START}`, end_time: `${START + ODD}` });
  });
});
