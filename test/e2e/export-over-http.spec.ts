import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeRequest } from '#otlp';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { freePorts } from '../harness/free-port.js';
import { OtlpHttpReceiver } from '../harness/services/otlp-http-receiver.js';

const slow = (n: number) => ({ trace_id: `trace-${n}`, span_id: `span-${n}`, name: 'slow', start_time: 0, duration: 2_000_000_000 });

/** docs/architecture.md, invariant 5, over the other protocol of the guide's OTEL_EXPORTER_OTLP_PROTOCOL. */
describe('export of violations over http/protobuf', () => {
  let receiver: OtlpHttpReceiver;
  let folder: Awaited<ReturnType<typeof storageFolder>>;
  let betrace: BeTrace;

  const start = async () => {
    betrace = await BeTrace.start({
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        OTEL_EXPORTER_OTLP_TIMEOUT: '5000',
        BETRACE_STORAGE_PATH: folder.path,
        BETRACE_SIGNATURE_KEY: 'k'.repeat(32),
      },
    });
  };
  beforeEach(async () => {
    receiver = new OtlpHttpReceiver((await freePorts(1))[0] ?? 0);
    folder = await storageFolder();
  });
  afterEach(async () => {
    await betrace?.kill();
    receiver.stop();
    await folder.remove();
  });

  const spans = () =>
    receiver.requests.flatMap(({ body }) =>
      decodeRequest(body).resourceSpans.flatMap((resource) => resource.scopeSpans.flatMap((scope) => [...scope.spans])),
    );
  const exporterState = async () => (await betrace.json<{ checks: { otlp_exporter: string } }>('GET', '/ready')).body.checks.otlp_exporter;

  it('delivers everything when the collector returns, despite refusals and a kill', async () => {
    await start();
    await betrace.json('POST', '/v1/rules', { name: 'slow-requests', expression: 'span.duration > 1s', severity: 'HIGH' });
    await betrace.json('POST', '/v1/spans', { spans: Array.from({ length: 120 }, (_, n) => slow(n)) });
    await eventually('a failed export', async () => ((await exporterState()).startsWith('retrying') ? true : undefined), 60_000);
    receiver.refuseWith = 503;
    await receiver.start();
    await eventually('a refusal', async () => (receiver.refused > 0 ? true : undefined), 60_000);
    await betrace.kill();
    receiver.refuseWith = undefined;
    await start();
    await betrace.json('POST', '/v1/spans', { spans: [slow(120)] });
    await eventually(
      'the arrival of all',
      async () => (new Set(spans().map(({ spanId }) => spanId)).size >= 121 ? true : undefined),
      60_000,
    );
    // On a busy machine a lost answer repeats a batch, with the same spans.
    expect(new Set(spans().map(({ spanId }) => spanId)).size).toBe(121);
    expect(new Set(receiver.requests.map((request) => `${request.path} ${request.contentType}`))).toEqual(
      new Set(['/v1/traces application/x-protobuf']),
    );
    await eventually('the state of the exporter', async () => ((await exporterState()) === 'ok' ? true : undefined));
  });
});
