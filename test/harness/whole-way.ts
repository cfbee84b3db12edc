import { expect } from '@jest/globals';
import fc from 'fast-check';
import { OWN_SCOPE } from '#base';
import { attributeOf, decodeRequest, encodeRequest, encodeRequestJson, type TraceRequest } from '#otlp';
import { keyRing, verifyViolation } from '#signing';
import { request } from '../fixtures/otlp/arbitrary.js';
import { allViolations } from './all-violations.js';
import type { BeTrace } from './betrace.js';
import { eventually } from './eventually.js';
import type { OtlpReceiver } from './services/otlp-receiver.js';

export const WHOLE_WAY_KEY = 'the signature key of the whole way';

/** Rules of every kind that match every span, and read (so show, sign and store) all of it. */
const RULES: Readonly<Record<string, string>> = {
  named: 'span.name ~= "no such name"',
  attribute: 'span.attributes["a"] ~= "no such value"',
  prototype: 'span.attributes["__proto__"] ~= 1 or span.attributes["constructor"] ~= 1 or span.attributes["toString"] ~= 1',
  service: 'span.service ~= "no such service"',
  status: 'span.status_message ~= "no such message"',
  duration: 'span.duration ~= 7',
  absent: 'trace.has(span.name ~= "no such name") and not trace.has(span.name == "no such name")',
  sum: 'trace.sum(span.duration) ~= 7',
  order: 'not trace.before(span.name == "no such name", span.name ~= "no such name")',
  script: 'local a = span.attributes["a"]\nreturn a ~= "no such value"',
  marker: 'span.has(attribute.marker)',
};
const MARKERS = 40;
/** Ids that no filter can name. */
const NO_IDS = ['half-\ud800', 'a\u0000b', '\u0085', '\n'];

interface Violation {
  readonly id: string;
  readonly rule_id: string;
  readonly span_id: string;
  readonly wire_trace_id: string;
  readonly wire_span_id: string;
  readonly trace_id: string;
}

/** Texts that only JSON can express: lone surrogates, and ids that are not hex. */
const HALVES: readonly object[] = [
  {
    trace_id: 'half',
    span_id: '\u00ad\u200d',
    name: 'x\ud83d',
    service: '\ude00y',
    attributes: { a: `${'x'.repeat(199)}\ud83d`, '\ud800': 1 },
  },
  {
    trace_id: 'long',
    span_id: '😀'.repeat(100),
    name: 'n'.repeat(3_000),
    service: 's'.repeat(3_000),
    attributes: { a: ['\ud800', { b: '\u0000' }] },
  },
  { trace_id: '__proto__', span_id: 'constructor', name: 'toString', service: '__proto__', attributes: { constructor: null, a: {} } },
];

/**
 * Sends hostile requests to every receiver, then markers over all partitions. Checks that everything is judged, stored, exported and verifiable, and that there
 * are no dead letters.
 * @param seed of the generator, to reproduce a failure
 */
export async function sendTheWholeWay(betrace: BeTrace, sink: OtlpReceiver, seed: number): Promise<void> {
  for (const [id, expression] of Object.entries(RULES)) {
    const { status, body } = await betrace.json('POST', '/v1/rules', { id, name: id, expression });
    expect([status, body]).toEqual([201, expect.objectContaining({ id })]);
  }
  const requests = fc.sample(request, { numRuns: 150, seed }).filter(({ resourceSpans }) => resourceSpans.length > 0);
  for (const [n, one] of requests.entries()) await sendTraces(betrace, one, n % 2 === 0);
  const halves = { spans: HALVES.map((span) => ({ ...span, start_time: 0, duration: 1 })) };
  const taken = await betrace.json('POST', '/v1/spans', halves);
  expect([taken.status, taken.body]).toEqual([202, taken.status === 202 ? taken.body : '']);
  for (const [n, id] of NO_IDS.entries()) {
    const field = n % 2 === 0 ? 'trace_id' : 'span_id';
    const refused = await betrace.json('POST', '/v1/spans', {
      spans: [{ trace_id: 't', span_id: 's', name: 'x', start_time: 0, duration: 1, [field]: id }],
    });
    const errors = [expect.objectContaining({ path: `spans[0].${field}` })];
    expect([id, refused.status, refused.body]).toEqual([id, 400, expect.objectContaining({ code: 'BT_OTLP_SPAN_FIELD', errors })]);
  }
  await sendMarkers(betrace, 'first');
  await found(betrace, 'first');
  const expected = spanIdsOf(requests);
  const violations = await eventually(
    'the judgement of all spans',
    async () => {
      const all = await allViolations<Violation>(betrace, 'view=full&status=all');
      const named = new Set(
        all.filter(({ rule_id }) => rule_id === 'named').map(({ wire_trace_id, wire_span_id }) => wire_trace_id + wire_span_id),
      );
      // Rules about whole traces follow when the traces close.
      const judges = new Set(all.map(({ rule_id }) => rule_id));
      return [...expected].every((id) => named.has(id)) && Object.keys(RULES).every((rule) => judges.has(rule)) ? all : undefined;
    },
    60_000,
    500,
  );
  await sound(betrace, sink, violations);
}

/** After a restart: checks that the violations exist, and that new spans are judged. */
export async function goOn(betrace: BeTrace): Promise<void> {
  await sendMarkers(betrace, 'second');
  await found(betrace, 'second');
  await found(betrace, 'first');
}

async function sendTraces(betrace: BeTrace, one: TraceRequest, protobuf: boolean): Promise<void> {
  const body = protobuf ? Buffer.from(encodeRequest(one)) : encodeRequestJson(one);
  const type = protobuf ? 'application/x-protobuf' : 'application/json';
  const answer = await fetch(`${betrace.url}/v1/traces`, { method: 'POST', headers: { 'content-type': type }, body });
  const said = await answer.text();
  expect([answer.status, answer.ok ? '' : said, type]).toEqual([200, '', type]);
}

async function sendMarkers(betrace: BeTrace, name: string): Promise<void> {
  for (let n = 0; n < MARKERS; n++) {
    const span = { trace_id: `${name}-${n}`, span_id: `${name}-${n}`, name, start_time: 0, duration: 1, attributes: { marker: true } };
    expect((await betrace.json('POST', '/v1/spans', { spans: [span] })).status).toBe(202);
  }
}

async function found(betrace: BeTrace, name: string): Promise<void> {
  const ids = Array.from({ length: MARKERS }, (_, n) => `${name}-${n}`);
  await eventually(
    `that all of ${name} are found`,
    async () => {
      const { body } = await betrace.json<{ violations: Violation[] }>('GET', '/v1/violations?rule_id=marker&limit=1000');
      const spans = new Set(body.violations.map(({ span_id }) => span_id));
      return ids.every((id) => spans.has(id)) || undefined;
    },
    60_000,
    200,
  );
}

/** Trace and span ids of all spans that are judged. */
function spanIdsOf(requests: readonly TraceRequest[]): ReadonlySet<string> {
  const scopes = requests.flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans));
  return new Set(
    scopes.filter(({ scope }) => scope?.name !== OWN_SCOPE).flatMap(({ spans }) => spans.map(({ traceId, spanId }) => traceId + spanId)),
  );
}

async function sound(betrace: BeTrace, sink: OtlpReceiver, violations: readonly Violation[]): Promise<void> {
  const keys = keyRing({ key: WHOLE_WAY_KEY, development: true });
  for (const { timestamp: _, ...record } of violations as readonly (Violation & { timestamp: number })[]) {
    expect([record.id, verifyViolation(record, keys).signature]).toEqual([record.id, 'valid']);
  }
  expect(JSON.stringify(violations).isWellFormed()).toBe(true);
  for (const { id, trace_id } of violations.filter((_, n) => n % 25 === 0)) {
    expect((await betrace.json('POST', `/v1/violations/${id}/verify`)).body).toMatchObject({ valid: true });
    const { status, body } = await betrace.json<{ spans: unknown[] }>('GET', `/v1/violations/${id}/trace`);
    expect([status, body.spans.length > 0]).toEqual([200, true]);
    if (!/\p{Cc}/u.test(trace_id))
      expect((await betrace.json('GET', `/v1/violations?trace_id=${encodeURIComponent(trace_id)}`)).status).toBe(200);
  }
  const ids = new Set(violations.map(({ id }) => id));
  await eventually(
    'the export of all violations',
    async () => {
      const exported = new Set(exportedIds(sink));
      return [...ids].every((id) => exported.has(id)) || undefined;
    },
    60_000,
    500,
  );
  const metrics = await (await fetch(`${betrace.url}/metrics`)).text();
  for (const name of [
    'violations_set_aside',
    'evaluation_defects',
    'violations_keep_refused',
    'violations_unreadable',
    'violations_export_rejected',
  ]) {
    expect(metrics).not.toMatch(new RegExp(`^betrace_${name}_total\\S* [1-9]`, 'm'));
  }
  // After a slow answer of the collector the exporter is late for a moment.
  const ready = async () => ((await betrace.json<{ status: string }>('GET', '/ready')).body.status === 'ready' ? true : undefined);
  await eventually('readiness', ready);
}

function exportedIds(sink: OtlpReceiver): readonly string[] {
  return sink.requests.flatMap((body) =>
    decodeRequest(body).resourceSpans.flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) => spans.map(({ attributes }) => String(attributeOf(attributes, 'betrace.violation.id')))),
    ),
  );
}
