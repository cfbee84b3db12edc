import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { accountsWhen } from './accounts.js';
import { Collector, PATIENT, RETRY } from './collector.js';
import { describePeers } from './describe-peers.js';
import { PEER_TIMEOUT_MS } from './kept.js';
import { createRules, KnownTraces, openViolations } from './known-traces.js';

const TIMEOUT_MS = 60_000;

const grpc = (compression: string) => ({ type: 'otlp_grpc', config: { compression } });
const http = (encoding: string, compression: string) => ({ type: 'otlp_http', config: { encoding, compression } });

const UNDERSTOOD = [
  ...['none', 'gzip'].map(grpc),
  ...['none', 'gzip', 'zstd', 'deflate', 'zlib'].map((compression) => http('proto', compression)),
  ...['none', 'gzip', 'zstd'].map((compression) => http('json', compression)),
].map((way, seed) => ({ ...way, name: nameOf(way), known: new KnownTraces(seed) }));

/** Encodings that the collector supports and BeTrace does not: gRPC for Node knows only gzip, Node none of these. */
const NOT_UNDERSTOOD = [grpc('zstd'), grpc('snappy'), http('proto', 'snappy'), http('proto', 'lz4')].map((way) => ({
  ...way,
  name: nameOf(way),
}));

await describePeers("a collector's OTLP exporters", ['Go'], () => {
  let betrace: BeTrace;
  let collector: Collector;

  beforeAll(async () => {
    betrace = await BeTrace.start();
    await createRules(betrace);
    const endpoint = (type: string) => (type === 'otlp_grpc' ? `127.0.0.1:${betrace.ports.grpc}` : betrace.url);
    collector = await Collector.start(
      Object.fromEntries(
        [...UNDERSTOOD, ...NOT_UNDERSTOOD].map(({ name, type, config }) => [
          name,
          { [type]: { endpoint: endpoint(type), tls: { insecure: true }, retry_on_failure: RETRY, ...PATIENT, ...config } },
        ]),
      ),
    );
  }, PEER_TIMEOUT_MS);
  afterAll(async () => {
    await collector?.stop();
    await betrace?.stop();
  });

  it('have every span received, judged and accounted for', async () => {
    await Promise.all(UNDERSTOOD.map(({ name, known }) => known.sendTo(collector.lane(name))));
    const sent = UNDERSTOOD.reduce((sum, { known }) => sum + known.sent, 0);
    const distinct = UNDERSTOOD.reduce((sum, { known }) => sum + known.distinct, 0);
    const duplicates = sent - distinct;
    const accounts = await accountsWhen([betrace], { received: sent, judged: sent }, () => collector.logs());
    expect(accounts).toEqual({ received: sent, evaluated: distinct, duplicates, rejected: 0, misplaced: 0 });
  });

  it.each(UNDERSTOOD)('have exactly the expected violations: $name', async ({ known }) => {
    await known.expectFound(betrace);
  });

  it('have no violation of unsent traces', async () => {
    expect(await openViolations(betrace)).toHaveLength(UNDERSTOOD.flatMap(({ known }) => known.violations()).length);
  });

  it.each(NOT_UNDERSTOOD)('get the reason why an unsupported compression fails: $name', async ({ name, config }) => {
    await new KnownTraces(99, { count: 1 }).sendTo(collector.lane(name));
    const refusal = new RegExp(`(unsupported encoding|content encoding) \\\\"${config.compression}\\\\"`);
    await eventually('the refusal', async () => (refusal.test(collector.logs()) ? true : undefined), TIMEOUT_MS);
  });
});

function nameOf({ type, config }: { readonly type: string; readonly config: Readonly<Record<string, string>> }): string {
  return [type, ...Object.values(config)].join(' ');
}
