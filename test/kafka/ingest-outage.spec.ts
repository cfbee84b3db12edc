import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BeTrace } from '../harness/betrace.js';
import { createRule } from '../harness/create-rule.js';
import { eventually } from '../harness/eventually.js';
import { Cluster } from '../harness/kafka/cluster.js';

const why = await Cluster.whyNot();
if (why !== undefined) console.warn(`SKIPPED: Kafka: an outage of ingest (${why})`);

/** The idle timeout of traces (ms), and the late window. */
const IDLE = 15_000;
const LATE = 5_000;
const OUTAGE = IDLE + LATE + 10_000;
const TIMEOUT_MS = 90_000;

/** Invariant: BeTrace's own downtime does not count as silence of a trace, over Kafka too (docs/decisions/0019). */
(why === undefined ? describe : describe.skip)('Kafka: an outage of all of ingest, or of the brokers', () => {
  let cluster: Cluster;
  let api: BeTrace;

  beforeAll(async () => {
    cluster = await Cluster.start({ BETRACE_TRACE_IDLE_TIMEOUT: `${IDLE}ms`, BETRACE_TRACE_LATE_WINDOW: `${LATE}ms` });
    await Promise.all((['api', 'ingest', 'ingest', 'evaluator'] as const).map((app) => cluster.add(app)));
    api = cluster.all('api')[0]!;
    const expression = 'trace.has(span.name == "charge") and not trace.has(span.name == "audit")';
    await createRule(api, { id: 'unaudited', name: 'unaudited', expression, severity: 'HIGH' });
  }, 400_000);
  afterAll(() => cluster?.stop(), 60_000);

  const traceId = (): string => randomBytes(16).toString('hex');
  const send = (trace_id: string, name: string) => {
    const span = { trace_id, span_id: randomBytes(8).toString('hex'), parent_id: '00000000000000aa', name, start_time: 0, duration: 1 };
    return Promise.any(cluster.all('ingest').map((ingest) => ingest.json('POST', '/v1/spans', { spans: [span] })));
  };
  const sent = async (trace: string, name: string) =>
    eventually(
      `${name} to be taken`,
      async () => ((await send(trace, name).catch(() => undefined))?.status === 202 ? true : undefined),
      TIMEOUT_MS,
    );
  const violated = async (trace: string): Promise<boolean> => {
    const { body } = await api.json<{ total: number }>('GET', `/v1/violations?rule_id=unaudited&trace_id=${trace}`);
    return body.total > 0;
  };

  it.each<[string, (straddling: string) => Promise<void>, () => Promise<void>]>([
    [
      'kill -9 of each ingest',
      async () => void (await Promise.all(cluster.names('ingest').map((name) => cluster.kill(name)))),
      async () => void (await Promise.all(cluster.names('ingest').map((name) => cluster.restart(name)))),
    ],
    ['a broker that hangs', async () => cluster.broker.suspend(), async () => cluster.broker.resume()],
    [
      // They are the first records that the broker accepts when it continues, before ingest can append a pause.
      'a broker that hangs while spans are under way',
      async (straddling) => {
        cluster.broker.suspend();
        void send(straddling, 'audit').catch(() => undefined);
      },
      async () => cluster.broker.resume(),
    ],
  ])(
    'is not silence of the traces under way: %s',
    async (_, down, up) => {
      const [straddling, silent] = [traceId(), traceId()];
      await sent(straddling, 'charge');
      await pause(1_000);
      await down(straddling);
      await pause(OUTAGE);
      // Like a sender, as soon as any ingest accepts spans. Time continues with the first ingest, and another may take long to start.
      await Promise.all([up(), sent(straddling, 'audit')]);
      // A silent trace is judged: time continues.
      await sent(silent, 'charge');
      const verdict = async () => ((await violated(silent)) ? true : undefined);
      try {
        await eventually('the verdict on a trace that is silent', verdict, TIMEOUT_MS);
      } catch (error) {
        const state = await Promise.all(
          ['ready', 'metrics'].map(async (path) => (await fetch(`${cluster.all('evaluator')[0]!.url}/${path}`)).text()),
        );
        throw new Error([(error as Error).message, cluster.logs('warn'), ...state].join('\n'), { cause: error });
      }
      expect(await violated(straddling)).toBe(false);
    },
    600_000,
  );
});
