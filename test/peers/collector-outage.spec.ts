import { randomBytes } from 'node:crypto';
import { afterEach, beforeAll, expect, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { Collector, RETRY } from './collector.js';
import { describePeers } from './describe-peers.js';
import { collectorBinary } from './go.js';
import { PEER_TIMEOUT_MS } from './kept.js';
import { createRules, KnownTraces, openViolations } from './known-traces.js';

const TIMEOUT_MS = 60_000;
const LANES = ['otlp_grpc', 'otlp_http'];

await describePeers('a collector whose BeTrace is down or overloaded', ['Go'], () => {
  let betrace: BeTrace;
  let collector: Collector;
  let sent: KnownTraces[] = [];

  const start = async (env: Readonly<Record<string, string>>) => {
    sent = [];
    betrace = await BeTrace.start({ env });
    await createRules(betrace);
    const rest = { tls: { insecure: true }, retry_on_failure: RETRY };
    collector = await Collector.start({
      otlp_grpc: { otlp_grpc: { endpoint: `127.0.0.1:${betrace.ports.grpc}`, ...rest } },
      otlp_http: { otlp_http: { endpoint: betrace.url, ...rest } },
    });
  };
  beforeAll(async () => {
    await collectorBinary();
  }, PEER_TIMEOUT_MS);
  afterEach(async () => {
    await betrace?.kill();
    await collector?.stop();
  });

  const more = (options: { readonly whole?: boolean } = {}) => {
    const known = new KnownTraces(sent.length, options);
    sent.push(known);
    return known;
  };
  const says = async (what: RegExp) => (what.test(collector.logs()) ? true : undefined);
  const expectAllFoundOnce = async () => {
    for (const traces of sent) await traces.expectFound(betrace);
    expect(await openViolations(betrace)).toHaveLength(sent.flatMap((traces) => traces.violations()).length);
    expect(collector.logs()).not.toContain('dropped_items');
  };

  /** Sends traces without violations, which use memory while they are remembered; true when there is no room for more. */
  const crowd = async () => {
    const ids = Array.from({ length: 500 }, () => randomBytes(16).toString('hex'));
    const spans = ids.map((id) => ({ trace_id: id, span_id: id.slice(16), name: 'crowd', start_time: 0, duration: 0 }));
    return (await betrace.json('POST', '/v1/spans', { spans })).status === 503 ? true : undefined;
  };

  it('loses and doubles nothing when BeTrace is killed while it sends', async () => {
    const folder = await storageFolder();
    // A slow start must not split a trace.
    const env = { BETRACE_STORAGE_PATH: folder.path, BETRACE_TRACE_LATE_WINDOW: '5m' };
    await start(env);
    const known = LANES.map((lane) => ({ lane: collector.lane(lane), traces: more() }));
    const half = ({ requests }: KnownTraces) => Math.ceil(requests.length / 2);
    const first = known.map(({ lane, traces }) => traces.sendTo(lane, traces.requests.slice(0, half(traces))));
    await eventually('some of it', async () => ((await openViolations(betrace)).length > 0 ? true : undefined), TIMEOUT_MS);
    await betrace.kill();
    await Promise.all(first);
    await Promise.all(known.map(({ lane, traces }) => traces.sendTo(lane, traces.requests.slice(half(traces)))));
    for (const answer of [/Will retry.*code = Unavailable/, /Will retry.*connection refused/]) {
      await eventually(`the collector's word ${answer}`, () => says(answer), TIMEOUT_MS);
    }
    betrace = await BeTrace.start({ env, ports: betrace.ports });
    await expectAllFoundOnce();
    await betrace.kill();
    await folder.remove();
  });

  it('loses nothing when BeTrace refuses for a moment because traces take all their memory', async () => {
    // A trace is remembered for 2.3 s after its last span.
    const times = { BETRACE_TRACE_ROOT_GRACE: '200ms', BETRACE_TRACE_IDLE_TIMEOUT: '300ms', BETRACE_TRACE_LATE_WINDOW: '2s' };
    await start({ BETRACE_TRACE_MEMORY_BUDGET: '64KiB', ...times });
    const refused = { otlp_grpc: /Will retry.*code = Unavailable desc = BT_INGEST_NO/, otlp_http: /Will retry.*HTTP Status Code 503/ };
    for (const [lane, refusal] of Object.entries(refused)) {
      const send = async () => {
        await eventually('a lack of memory', crowd, TIMEOUT_MS);
        // Each trace whole: spans that wait this long would be another fragment.
        await more({ whole: true }).sendTo(collector.lane(lane));
        return says(refusal);
      };
      await eventually(`a refusal by ${lane}`, send, TIMEOUT_MS, 1_000);
    }
    await expectAllFoundOnce();
  });
});
