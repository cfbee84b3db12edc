import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { decodeRequest } from '#otlp';
import { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { freePorts } from '../harness/free-port.js';
import { OtlpReceiver } from '../harness/services/otlp-receiver.js';
import { accountsWhen } from './accounts.js';
import { Collector, PATIENT } from './collector.js';
import { describePeers } from './describe-peers.js';
import { telemetrygenBinary } from './go.js';
import { PEER_TIMEOUT_MS } from './kept.js';
import { openViolations } from './known-traces.js';

const TIMEOUT_MS = 60_000;
const TRACES = 100;
const CHILDREN = 4;
const SPANS_PER_TRACE = 1 + CHILDREN;

/** telemetrygen makes traces of a root `lets-go` with children `okey-dokey-0` and so on, one after the other. */
const RULES = {
  'each-span': 'span.attributes["tenant"] == "acme"',
  'each-root': `span.name == "lets-go" and span.is_root and span.kind == "client" and span.duration == ${2 * CHILDREN}ms`,
  'last-child': `span.name == "okey-dokey-${CHILDREN - 1}" and span.status == "error" and span.duration == 2ms`,
  'whole-trace': `trace.count(true) == ${SPANS_PER_TRACE} and trace.depth == 2`,
  'broken-trace': `trace.count(true) ~= ${SPANS_PER_TRACE}`,
};
type RuleName = keyof typeof RULES;

await describePeers('telemetrygen', ['Go'], () => {
  let betrace: BeTrace;
  let collector: Collector;
  let witness: OtlpReceiver;

  beforeAll(async () => {
    betrace = await BeTrace.start();
    for (const [name, expression] of Object.entries(RULES)) {
      expect(await betrace.json('POST', '/v1/rules', { name, expression, severity: 'LOW' })).toMatchObject({ status: 201 });
    }
    const [port = 0] = await freePorts(1);
    witness = new OtlpReceiver(port);
    await witness.start();
    const tls = { insecure: true };
    const seen = { endpoint: witness.endpoint, tls, ...PATIENT };
    collector = await Collector.start({
      grpc: { otlp_grpc: { endpoint: `127.0.0.1:${betrace.ports.grpc}`, tls, ...PATIENT } },
      http: { otlp_http: { endpoint: betrace.url, ...PATIENT } },
      witnessed: { otlp_grpc: seen, otlp_http: { endpoint: betrace.url, ...PATIENT } },
    });
    await telemetrygenBinary();
  }, PEER_TIMEOUT_MS);
  afterAll(async () => {
    await collector?.stop();
    witness?.stop();
    await betrace?.stop();
  });

  /** Resolves when all traces are exported. */
  const generate = async (service: string, port: number, ...more: readonly string[]) => {
    const traces = ['--traces', String(TRACES), '--child-spans', String(CHILDREN), '--rate', '0', '--workers', '1'];
    const spans = ['--span-duration', '2ms', '--status-code', 'Error', '--telemetry-attributes', 'tenant="acme"', '--service', service];
    const to = ['--otlp-insecure', '--otlp-endpoint', `127.0.0.1:${port}`, ...more];
    await promisify(execFile)(await telemetrygenBinary(), ['traces', ...traces, ...spans, ...to], { maxBuffer: 64 * 1024 * 1024 });
  };
  /** The violations of each rule in a service's traces, once all expected ones exist. */
  const found = async (service: string) => {
    const expected = TRACES * (SPANS_PER_TRACE + 3);
    const all = async () => {
      const violations = await openViolations(betrace, `service=${encodeURIComponent(service)}`);
      // While a part of a trace is late, the trace counts as broken.
      const due = violations.filter(({ rule_id }) => rule_id !== 'broken-trace');
      return due.length >= expected && due.length === violations.length ? violations : undefined;
    };
    const violations = await eventually('all violations', all, TIMEOUT_MS, 200);
    return (rule: RuleName) => violations.filter(({ rule_id }) => rule_id === rule);
  };

  it.each([
    ['over OTLP/gRPC', () => betrace.ports.grpc, []],
    ['over OTLP/HTTP', () => betrace.ports.http, ['--otlp-http']],
    ['over OTLP/gRPC and a collector', () => collector.lane('grpc').grpc, []],
    ['over OTLP/HTTP and a collector', () => collector.lane('http').http, ['--otlp-http']],
  ] as const)('has each of its spans and traces judged once: %s', async (service, port, more) => {
    await generate(service, port(), ...more);
    const violations = await found(service);
    expect(new Set(violations('each-span').map(({ span_id }) => span_id)).size).toBe(TRACES * SPANS_PER_TRACE);
    expect(violations('each-span')).toHaveLength(TRACES * SPANS_PER_TRACE);
    for (const rule of ['each-root', 'last-child', 'whole-trace'] as const) {
      expect(new Set(violations(rule).map(({ trace_id }) => trace_id)).size).toBe(TRACES);
      expect(violations(rule)).toHaveLength(TRACES);
    }
  });

  it('has violations of exactly the sent spans, as another receiver saw them', async () => {
    await generate('witnessed', collector.lane('witnessed').grpc);
    const violations = await found('witnessed');
    const spans = await eventually('all spans of the witness', async () => {
      const seen = witness.requests.flatMap((request) => decodeRequest(request).resourceSpans);
      const all = seen.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
      return all.length >= TRACES * SPANS_PER_TRACE ? all : undefined;
    });
    const ids = (of: readonly { readonly trace_id: string; readonly span_id: string }[]) =>
      of.map(({ trace_id, span_id }) => `${trace_id} ${span_id}`).sort();
    const sent = (name: RegExp) =>
      spans
        .filter((span) => name.test(span.name))
        .map(({ traceId, spanId }) => `${traceId} ${spanId}`)
        .sort();
    expect(ids(violations('each-span'))).toEqual(sent(/./));
    expect(ids(violations('each-root'))).toEqual(sent(/^lets-go$/));
    expect(ids(violations('last-child'))).toEqual(sent(new RegExp(`-${CHILDREN - 1}$`)));
  });

  it('has every span accounted for', async () => {
    const sent = 5 * TRACES * SPANS_PER_TRACE;
    const accounts = await accountsWhen([betrace], { received: sent, judged: sent }, () => collector.logs());
    expect(accounts).toEqual({ received: sent, evaluated: sent, duplicates: 0, rejected: 0, misplaced: 0 });
  });
});
