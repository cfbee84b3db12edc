import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type HrTime, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { commandsOf } from '../../scripts/check/document-commands.js';
import { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { REPOSITORY } from '../harness/repository.js';

/** Each rule reads another part of the SDK's data, and matches one span of the trace below, or the trace. */
const RULES = {
  slow: 'span.duration > 1s and span.service == "checkout"',
  exact: 'span.start_time == 1699000000123456789 and span.duration == 1500000001',
  kind: 'span.kind == "client" and span.parent_id != nil',
  status: 'span.status == "error" and span.status_message == "card declined"',
  attributes: 'span.attributes.retries == 3 and span.attributes.ratio == 0.5 and span.attributes.cached == false',
  array: 'span.attributes.items and #span.attributes.items == 2',
  resource: 'span.resource["deployment.environment.name"] == "test" and span.is_root',
  unaudited: 'trace.has(span.attributes["pii.accessed"] == true) and not trace.has(span.name == "audit")',
  events: 'trace.has(#span.events > 0) and trace.count(true) == 3',
} as const;

type RuleName = keyof typeof RULES;
const MATCHING: Readonly<Record<RuleName, string>> = {
  slow: 'POST /checkout',
  exact: 'POST /checkout',
  kind: 'charge card',
  status: 'charge card',
  attributes: 'charge card',
  array: 'read customer',
  resource: 'POST /checkout',
  unaudited: 'read customer',
  events: 'charge card',
};

interface Violation {
  readonly rule_id: RuleName;
  readonly trace_id: string;
  readonly span_id: string;
  readonly service: string;
  readonly close_reason: string;
  readonly metadata: { readonly span_name?: string };
}

/** The main use with real input: an application with the OpenTelemetry SDK, over each of its protocols. */
describe('an application that is instrumented with the OpenTelemetry SDK', () => {
  let betrace: BeTrace;

  beforeAll(async () => {
    betrace = await BeTrace.start({ env: { BETRACE_TRACE_ROOT_GRACE: '300ms' } });
    for (const [name, expression] of Object.entries(RULES)) {
      expect(await betrace.json('POST', '/v1/rules', { name, expression, severity: 'HIGH' })).toMatchObject({ status: 201 });
    }
  });
  afterAll(() => betrace?.stop());

  const gzip = { compression: 'gzip' } as never;
  const exporters: Readonly<Record<string, () => SpanExporter>> = {
    'OTLP/gRPC': () => new GrpcExporter({ url: `http://127.0.0.1:${betrace.ports.grpc}` }),
    'OTLP/gRPC, compressed': () => new GrpcExporter({ url: `http://127.0.0.1:${betrace.ports.grpc}`, ...(gzip as object) }),
    'OTLP/HTTP, protobuf': () => new ProtobufExporter({ url: `${betrace.url}/v1/traces` }),
    'OTLP/HTTP, protobuf, compressed': () => new ProtobufExporter({ url: `${betrace.url}/v1/traces`, ...(gzip as object) }),
    'OTLP/HTTP, by the variables of README.md': () => configuredBy('README.md'),
    'OTLP/HTTP, by the variables of docs/connect.md': () => configuredBy('docs/connect.md'),
    'OTLP/HTTP, JSON': () => new JsonExporter({ url: `${betrace.url}/v1/traces` }),
    'OTLP/HTTP, JSON, compressed': () => new JsonExporter({ url: `${betrace.url}/v1/traces`, ...(gzip as object) }),
  };

  /** An exporter configured only by the variables that the document exports. */
  function configuredBy(document: string): SpanExporter {
    const exports = commandsOf(readFileSync(join(REPOSITORY, document), 'utf8')).filter((command) => command.startsWith('export OTEL_'));
    const script = `${exports.join('\n')}\nenv`.replaceAll('http://localhost:12011', betrace.url);
    const printed = execFileSync('bash', ['-euc', script], {
      env: { PATH: process.env['PATH'] },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const set = [...printed.matchAll(/^(OTEL_\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value] as const);
    expect(Object.fromEntries(set)).toMatchObject({
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
    });
    for (const [name, value] of set) process.env[name] = value;
    try {
      return new ProtobufExporter();
    } finally {
      for (const [name] of set) delete process.env[name];
    }
  }

  it.each(Object.keys(exporters))('gets its violations over %s', async (protocol) => {
    const ids = await sendTrace((exporters[protocol] as () => SpanExporter)());
    const found = await eventually('a violation of each rule', async () => {
      const list = await betrace.json<{ violations: Violation[] }>('GET', `/v1/violations?trace_id=${ids.trace}&view=full&limit=100`);
      return list.body.violations.length >= Object.keys(RULES).length ? list.body.violations : undefined;
    });
    expect(found.map(({ rule_id }) => rule_id).sort()).toEqual(Object.keys(RULES).sort());
    for (const violation of found) {
      const span = MATCHING[violation.rule_id];
      expect(violation).toMatchObject({ trace_id: ids.trace, service: 'checkout' });
      expect([violation.rule_id, violation.span_id]).toEqual([violation.rule_id, ids.spans.get(span)]);
    }
  });

  it('accounts for every span', async () => {
    // Evaluators report their counts at intervals.
    const evaluated = `betrace_spans_evaluated_total ${3 * Object.keys(exporters).length}\n`;
    const metrics = await eventually('the count of evaluated spans', async () => {
      const text = await (await fetch(`${betrace.url}/metrics`)).text();
      return text.includes(evaluated) ? text : undefined;
    });
    for (const receiver of ['otlp_grpc', 'otlp_http']) {
      const spans = 3 * Object.keys(exporters).filter((name) => name.includes(receiver === 'otlp_grpc' ? 'gRPC' : 'HTTP')).length;
      expect(metrics).toContain(`betrace_spans_ingested_total{receiver="${receiver}"} ${spans}`);
    }
  });
});

/** Sends a trace of three spans: a slow root, a client span that fails, and a span that reads personal data. */
async function sendTrace(exporter: SpanExporter): Promise<{ readonly trace: string; readonly spans: ReadonlyMap<string, string> }> {
  const failures: unknown[] = [];
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'checkout', 'deployment.environment.name': 'test' }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('shop');
  const start: HrTime = [1_699_000_000, 123_456_789];
  const end: HrTime = [1_699_000_001, 623_456_790];
  const root = tracer.startSpan('POST /checkout', { kind: SpanKind.SERVER, startTime: start }, ROOT_CONTEXT);
  const inRoot = trace.setSpan(ROOT_CONTEXT, root);
  const charge = tracer.startSpan('charge card', { kind: SpanKind.CLIENT, startTime: start }, inRoot);
  charge.setAttributes({ retries: 3, ratio: 0.5, cached: false });
  charge.addEvent('declined', { code: 51 }, end);
  charge.setStatus({ code: SpanStatusCode.ERROR, message: 'card declined' });
  const read = tracer.startSpan('read customer', { startTime: start }, inRoot);
  read.setAttributes({ 'pii.accessed': true, items: ['name', 'address'] });
  read.end([1_699_000_000, 123_456_790]);
  charge.end([1_699_000_000, 123_456_790]);
  root.end(end);
  await provider.forceFlush().catch((error: unknown) => failures.push(error));
  await provider.shutdown();
  expect(failures).toEqual([]);
  const named: readonly (readonly [string, Span])[] = [
    ['POST /checkout', root],
    ['charge card', charge],
    ['read customer', read],
  ];
  return { trace: root.spanContext().traceId, spans: new Map(named.map(([name, span]) => [name, span.spanContext().spanId])) };
}
