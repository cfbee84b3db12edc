import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { attributeOf, decodeRequest, encodeRequestJson, type Span } from '#otlp';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { entryOf } from '../harness/entry.js';
import { eventually } from '../harness/eventually.js';
import { freePorts } from '../harness/free-port.js';
import { OtlpReceiver } from '../harness/services/otlp-receiver.js';

const CONTROLS = [
  { framework: 'SOC 2', control: 'CC6.1' },
  { framework: 'HIPAA', control: '164.312(b)' },
];
const RULE = { name: 'audited', expression: 'not trace.has(span.name == "audit")', controls: CONTROLS, emit_evidence: true };
const KEY = 'k'.repeat(32);

describe('evidence of traces that comply', () => {
  let receiver: OtlpReceiver;
  let folder: Awaited<ReturnType<typeof storageFolder>>;
  let betrace: BeTrace;
  let sent = 0;

  const start = async (env: Record<string, string> = {}) => {
    const times = { BETRACE_TRACE_ROOT_GRACE: '100ms', BETRACE_TRACE_IDLE_TIMEOUT: '200ms', BETRACE_TRACE_LATE_WINDOW: '1s' };
    const common = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, BETRACE_STORAGE_PATH: folder.path, BETRACE_SIGNATURE_KEY: KEY };
    betrace = await BeTrace.start({ env: { ...times, ...common, ...env } });
  };
  beforeEach(async () => {
    const [port = 0] = await freePorts(1);
    receiver = new OtlpReceiver(port);
    folder = await storageFolder();
    sent = 0;
  });
  afterEach(async () => {
    await betrace?.kill();
    receiver.stop();
    await folder.remove();
  });

  const traceId = (n: number) => n.toString(16).padStart(32, '0');
  /** Traces of an access to a record, audited or not. */
  const send = async (count: number, audited = true) => {
    const times = { start_time: '1699000000000000000', duration: '5ms' };
    for (let n = 0; n < count; n++) {
      const root = { trace_id: traceId(++sent), span_id: 'a', name: 'access', ...times };
      const audit = { ...root, span_id: 'b', parent_id: 'a', name: 'audit' };
      expect((await betrace.json('POST', '/v1/spans', { spans: audited ? [root, audit] : [root] })).status).toBe(202);
    }
  };
  const requests = () => receiver.requests.map((request) => decodeRequest(request));
  const exported = (name: string): Span[] =>
    requests().flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.filter((span) => span.name === name))),
    );
  const arrived = (name: string, count: number) =>
    eventually(`${count} spans ${name}`, async () => (exported(name).length >= count ? exported(name) : undefined), 60_000);
  const verify = (text: string, key = KEY) => {
    const file = join(folder.path, 'spans.json');
    writeFileSync(file, text);
    const env = { BETRACE_SIGNATURE_KEY: key, NO_COLOR: '1' };
    const { status, stdout } = spawnSync(process.execPath, [entryOf('cli'), 'verify', file], { env, encoding: 'utf8' });
    return { code: status, last: stdout.trim().split('\n').at(-1) };
  };
  const counted = async (name: string) => {
    const lines = (await (await fetch(`${betrace.url}/metrics`)).text()).split('\n');
    return lines.filter((line) => line.startsWith(name)).reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };

  it('is exported into each of these traces, names the controls, and verifies with the span alone', async () => {
    await receiver.start();
    await start();
    expect((await betrace.json('POST', '/v1/rules', RULE)).body).toMatchObject({ emit_evidence: true, controls: CONTROLS });
    await betrace.json('POST', '/v1/rules', { ...RULE, name: 'silent', emit_evidence: false });
    await betrace.json('POST', '/v1/rules', { ...RULE, name: 'in-shadow', mode: 'shadow' });
    await send(5);
    await send(1, false);
    const passed = await arrived('betrace.evidence', 5);
    expect(passed.map((span) => span.traceId).toSorted()).toEqual([1, 2, 3, 4, 5].map(traceId));
    const of = (span: Span, name: string) => attributeOf(span.attributes, name);
    for (const span of passed) {
      expect(span.spanId).toMatch(/^[0-9a-f]{16}$/);
      expect(of(span, 'compliance.framework')).toEqual(['SOC 2', 'HIPAA']);
      expect(of(span, 'compliance.control')).toEqual(['CC6.1', '164.312(b)']);
      expect(of(span, 'compliance.outcome')).toBe('passed');
      expect(of(span, 'betrace.evidence.rule_id')).toBe('audited');
      expect(of(span, 'betrace.evidence.signature')).toMatch(/^[0-9a-f]{64}$/);
    }
    const violated = await arrived('betrace.violation', 2);
    expect(violated.map((span) => [span.traceId, of(span, 'compliance.outcome')])).toEqual([
      [traceId(6), 'violated'],
      [traceId(6), 'violated'],
    ]);
    const text = encodeRequestJson({ resourceSpans: requests().flatMap(({ resourceSpans }) => resourceSpans) });
    expect(verify(text)).toEqual({ code: 0, last: '7 of 7 valid' });
    expect(verify(text.replaceAll('CC6.1', 'CC6.2'))).toEqual({ code: 1, last: '2 of 7 valid' });
    // The exporter counts what it has sent when the answer is there.
    const sums = async () => [await counted('betrace_evidence_exported_total'), await counted('betrace_violations_exported_total')];
    await eventually('the counts of exports', async () => ((await sums()).reduce((a, b) => a + b) >= 7 ? true : undefined));
    expect(await sums()).toEqual([5, 2]);
    expect((await betrace.json('GET', '/v1/violations')).body).toMatchObject({ total: 2 });
  });

  it('survives kills and an outage of the receiver: no trace is missing, and repeated spans have the same id', async () => {
    await start();
    await betrace.json('POST', '/v1/rules', RULE);
    await send(10);
    await betrace.kill();
    await start();
    await send(10);
    // A count of this process would lack what the former one has judged.
    expect((await betrace.json('POST', '/v1/settle?timeout=60s')).status).toBe(204);
    await betrace.kill();
    await receiver.start();
    await start();
    await arrived('betrace.evidence', 20);
    await betrace.kill();
    await start();
    await send(1);
    await eventually(
      'the last',
      async () => (exported('betrace.evidence').some((span) => span.traceId === traceId(21)) ? true : undefined),
      60_000,
    );
    const spans = exported('betrace.evidence');
    expect(new Set(spans.map((span) => span.traceId)).size).toBe(21);
    expect(new Set(spans.map((span) => span.spanId)).size).toBe(21);
  });

  it('is limited, and omitted evidence is counted', async () => {
    await receiver.start();
    await start({ BETRACE_EVIDENCE_RATE: '1', BETRACE_LOG_PARTITIONS: '1' });
    await betrace.json('POST', '/v1/rules', RULE);
    const began = Date.now();
    await send(60);
    const both = async () => (await counted('betrace_evidence_total')) + (await counted('betrace_evidence_withheld_total'));
    await eventually('all are judged', async () => ((await both()) >= 60 ? true : undefined), 60_000);
    const windows = Math.floor(Date.now() / 10_000) - Math.floor(began / 10_000) + 1;
    const told = await counted('betrace_evidence_total');
    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThanOrEqual(10 * windows);
    expect(await both()).toBe(60);
    expect(await arrived('betrace.evidence', told)).toHaveLength(told);
  });
});
