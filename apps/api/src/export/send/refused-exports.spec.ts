import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { diag } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import type { Log } from '#messaging';
import { attributeOf, decodeRequest, encodeExportResponse, encodeStatus } from '#otlp';
import type { ExportProtocol } from '#platform';
import { createLogger, registerMetrics } from '#platform';
import type { Store } from '#store';
import { freePorts } from '../../../../../test/harness/free-port.js';
import { OtlpHttpReceiver } from '../../../../../test/harness/services/otlp-http-receiver.js';
import { OtlpReceiver } from '../../../../../test/harness/services/otlp-receiver.js';
import { ViolationKeeper } from '../../keep/violation-keeper.js';
import { API_METRICS } from '../../metrics.js';
import { eventually } from '../../testing/eventually.js';
import { logAndStore } from '../../testing/log-and-store.js';
import { publish, violation } from '../../testing/violation.js';
import { ViolationExporter } from '../violation-exporter.js';
import { logExporterDiagnostics } from './log-exporter-diagnostics.js';
import { openExporter } from './open-exporter.js';
import { partialSuccessListener } from './partial-success.js';

const PARTITIONS = 2;

/** A receiver of one protocol. */
interface Sink {
  readonly endpoint: string;
  /** Ids in the order in which they were accepted. */
  taken(): readonly string[];
  /** The answer to a request with these ids: an HTTP or gRPC status; undefined accepts it. */
  answer(ask: (ids: readonly string[]) => number | undefined, retryAfterSeconds?: number): void;
  start(): Promise<void>;
  stop(): void;
}

const idsOf = (body: Uint8Array): string[] =>
  decodeRequest(body).resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map(({ attributes }) => String(attributeOf(attributes, 'betrace.violation.id')))),
  );

async function sinkOf(protocol: ExportProtocol): Promise<Sink> {
  const [port = 0] = await freePorts(1);
  if (protocol === 'grpc') {
    const receiver = new OtlpReceiver(port);
    return {
      endpoint: receiver.endpoint,
      taken: () => receiver.requests.flatMap(idsOf),
      answer: (ask, retryAfter) => {
        receiver.refuse = (body) => {
          const code = ask(idsOf(body));
          const details =
            retryAfter === undefined ? {} : { rpcStatus: encodeStatus({ code: code ?? 0, message: '', retryAfter: retryAfter * 1_000 }) };
          return code === undefined ? undefined : { code, ...details };
        };
      },
      start: () => receiver.start(),
      stop: () => receiver.stop(),
    };
  }
  const receiver = new OtlpHttpReceiver(port);
  return {
    endpoint: receiver.endpoint,
    taken: () => receiver.requests.flatMap(({ body }) => idsOf(body)),
    answer: (ask, retryAfter) => {
      receiver.refuse = (body) => {
        const code = ask(idsOf(body));
        const headers = retryAfter === undefined ? {} : { headers: { 'retry-after': String(retryAfter) } };
        return code === undefined ? undefined : { status: code, text: 'refused by the test', ...headers };
      };
    },
    start: () => receiver.start(),
    stop: () => receiver.stop(),
  };
}

/** The same cases in both protocols. */
const CODES: Record<'http/protobuf' | 'grpc', Record<'bad' | 'passing' | 'configuration' | 'doubtful', readonly number[]>> = {
  'http/protobuf': { bad: [400, 413, 422, 431], passing: [429, 502, 503, 504, 408], configuration: [401, 403, 404], doubtful: [500, 501] },
  grpc: {
    bad: [status.INVALID_ARGUMENT, status.ALREADY_EXISTS],
    passing: [status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.ABORTED, status.OUT_OF_RANGE, status.DATA_LOSS, status.CANCELLED],
    configuration: [status.UNAUTHENTICATED, status.PERMISSION_DENIED, status.UNIMPLEMENTED, status.NOT_FOUND],
    doubtful: [status.INTERNAL, status.UNKNOWN, status.RESOURCE_EXHAUSTED],
  },
};

describe.each(['http/protobuf', 'grpc'] as const)('an OTLP endpoint that refuses (%s)', (protocol) => {
  const codes = CODES[protocol];
  let sink: Sink;
  let log: Log;
  let store: Store;
  let registry: Registry;
  let exporting: ViolationExporter;
  let keeping: ViolationKeeper;
  let lines: string[];

  const begin = async (): Promise<void> => {
    sink = await sinkOf(protocol);
    await sink.start();
    ({ log, store } = await logAndStore(PARTITIONS));
    registry = new Registry();
    lines = [];
    const logger = createLogger({ level: 'info', format: 'json' }, { write: (line) => void lines.push(line) });
    const metrics = registerMetrics(API_METRICS, registry);
    const partial = partialSuccessListener(metrics, logger);
    const exporter = await openExporter({ endpoint: sink.endpoint, protocol, headers: {}, timeout: 60_000, partial });
    logExporterDiagnostics(logger);
    exporting = new ViolationExporter(
      log,
      store,
      exporter,
      { address: sink.endpoint, batchSize: 100, evidence: true, resource: resourceFromAttributes({}) },
      metrics,
      logger,
    );
    keeping = new ViolationKeeper(log, store, metrics, logger);
  };
  const end = async (): Promise<void> => {
    await exporting.stop();
    await keeping.stop();
    sink.stop();
    await log.close();
    await store.close();
    diag.disable();
  };
  beforeEach(begin);
  afterEach(end);

  const put = (partition: number, ...ids: readonly string[]) =>
    publish(log, ...ids.map((id) => violation({ id, log: { partition, first_offset: 0, last_offset: 0 } })));
  const position = (partition: number, wanted: number) =>
    eventually(async () => ((await store.position('export', partition)) === wanted ? true : undefined));
  const figure = async (name: string) => {
    const found = (await registry.metrics()).split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    return found.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  };

  it('exports all others once in log order, and counts, stores and reports the refused one', async () => {
    const batches = fc.array(fc.record({ partition: fc.nat(PARTITIONS - 1), poison: fc.boolean() }), { minLength: 1, maxLength: 40 });
    const faults = fc.array(fc.constantFrom(...codes.passing), { maxLength: 2 });
    await end();
    await fc.assert(
      fc.asyncProperty(batches, fc.constantFrom(...codes.bad), faults, async (drawn, bad, passing) => {
        await begin();
        const faultsLeft: number[] = [...passing];
        const items = drawn.map(({ partition, poison }, n) => ({ partition, poison, id: `${poison ? 'poison' : 'good'}-${n}` }));
        sink.answer((ids) => faultsLeft.pop() ?? (ids.some((id) => id.startsWith('poison')) ? bad : undefined));
        for (const { partition, id } of items) await put(partition, id);
        await keeping.start();
        await exporting.start();
        for (let partition = 0; partition < PARTITIONS; partition++) {
          const own = items.filter((item) => item.partition === partition);
          await position(partition, own.length);
          const good = own.filter(({ poison }) => !poison).map(({ id }) => id);
          expect(sink.taken().filter((id) => own.some((item) => item.id === id))).toEqual(good);
        }
        const poison = items.filter(({ poison }) => poison);
        expect(await figure('betrace_violations_export_rejected_total')).toBe(poison.length);
        expect(await figure('betrace_violations_exported_total')).toBe(items.length - poison.length);
        for (const { id, poison } of items) {
          const kept = await eventually(() => store.violation(id));
          expect([id, kept.exportRefused !== undefined]).toEqual([id, poison]);
        }
        expect(exporting.state()).toBe('ok');
        await end();
      }),
      { numRuns: 12 },
    );
    await begin();
  });

  it('does not retry after a restart what the endpoint refused', async () => {
    sink.answer((ids) => (ids.includes('poison') ? codes.bad[0] : undefined));
    await put(0, 'a', 'poison', 'b');
    await exporting.start();
    await position(0, 3);
    expect([...(await store.alreadyExported([{ id: 'poison', revision: 1, status: 'open', firstOffset: 0 }]))]).toEqual(['poison']);
    expect(lines.join('')).toContain('the OTLP endpoint refused violation poison permanently');
    expect(lines.join('')).not.toContain('circular');
  });

  it.each(codes.passing)('skips nothing while the endpoint answers %s', async (code) => {
    let asked = 0;
    sink.answer(() => {
      asked++;
      return code;
    });
    await put(0, 'a', 'b');
    await exporting.start();
    await eventually(async () => (asked > 2 && exporting.state().startsWith('retrying: ') ? true : undefined));
    sink.answer(() => undefined);
    await position(0, 2);
    expect(sink.taken()).toEqual(['a', 'b']);
    expect(await figure('betrace_violations_export_rejected_total')).toBe(0);
  });

  it.each(codes.configuration)('waits and reports "configuration" while the endpoint answers %s', async (code) => {
    sink.answer(() => code);
    await put(0, 'a', 'b');
    await exporting.start();
    await eventually(async () => (exporting.state().startsWith('configuration: ') ? true : undefined));
    expect(lines.join('')).toContain('the configuration of the export is wrong');
    expect(await registry.metrics()).toMatch(/betrace_otlp_export_failures_total\{kind="configuration"\} [1-9]/);
    sink.answer(() => undefined);
    await position(0, 2);
    expect(sink.taken()).toEqual(['a', 'b']);
    expect(exporting.state()).toBe('ok');
  });

  it.each(codes.doubtful)('skips the one violation that gets %s, and exports the others', async (code) => {
    sink.answer((ids) => (ids.includes('poison') ? code : undefined));
    await put(0, 'a', 'poison', 'b', 'c');
    await exporting.start();
    await position(0, 4);
    expect(sink.taken()).toEqual(['a', 'b', 'c']);
    expect(await figure('betrace_violations_export_rejected_total')).toBe(1);
  });

  it.each(codes.doubtful)('loses nothing when all get %s: that is an outage', async (code) => {
    let asked = 0;
    sink.answer(() => {
      asked++;
      return code;
    });
    await put(0, 'a', 'b');
    await put(1, 'c');
    await exporting.start();
    await eventually(async () => (asked > 20 ? true : undefined));
    expect(await figure('betrace_violations_export_rejected_total')).toBe(0);
    sink.answer(() => undefined);
    await position(0, 2);
    await position(1, 1);
    expect([...sink.taken()].sort()).toEqual(['a', 'b', 'c']);
  });

  it('waits for as long as the endpoint requests', async () => {
    const calls: number[] = [];
    let refusals = 1;
    const code = protocol === 'grpc' ? status.RESOURCE_EXHAUSTED : 429;
    sink.answer(() => {
      calls.push(performance.now());
      return refusals-- > 0 ? code : undefined;
    }, 1);
    await put(0, 'a');
    await exporting.start();
    await position(0, 1);
    expect(calls).toHaveLength(2);
    // Without the request the pause would be 125 ms at most.
    expect(calls[1]! - calls[0]!).toBeGreaterThan(900);
  });
});

describe('a partial success over gRPC', () => {
  it('is counted', async () => {
    const [port = 0] = await freePorts(1);
    const receiver = new OtlpReceiver(port);
    receiver.response = encodeExportResponse({ rejectedSpans: 1, errorMessage: 'too old' });
    await receiver.start();
    const { log, store } = await logAndStore(1);
    const registry = new Registry();
    const metrics = registerMetrics(API_METRICS, registry);
    const logger = createLogger({ level: 'error', format: 'json' }, { write: () => {} });
    const partial = partialSuccessListener(metrics, logger);
    const exporter = await openExporter({ endpoint: receiver.endpoint, protocol: 'grpc', headers: {}, timeout: 60_000, partial });
    logExporterDiagnostics(logger);
    const exporting = new ViolationExporter(
      log,
      store,
      exporter,
      { address: receiver.endpoint, batchSize: 9, evidence: true, resource: resourceFromAttributes({}) },
      metrics,
      logger,
    );
    await publish(log, violation());
    await exporting.start();
    await eventually(async () => ((await store.position('export', 0)) === 1 ? true : undefined));
    expect(await registry.metrics()).toContain('betrace_violations_export_rejected_total{reason="partial_success"} 1');
    await exporting.stop();
    receiver.stop();
    await log.close();
    await store.close();
    diag.disable();
  });
});
