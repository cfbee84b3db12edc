import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster } from '../harness/cluster.js';
import { eventually } from '../harness/eventually.js';

interface Violations {
  readonly violations: readonly { readonly rule_id: string; readonly trace_id: string }[];
  readonly total: number;
}

const why = Cluster.whyNot();
if (why !== undefined) console.warn(`SKIPPED: the tests of many processes (${why})`);

(why === undefined ? describe : describe.skip)('two of each process over Kafka and PostgreSQL', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.start();
    await Promise.all([cluster.add('ingest'), cluster.add('evaluator'), cluster.add('api')]);
    await Promise.all([cluster.add('ingest'), cluster.add('evaluator'), cluster.add('api')]);
  }, 180_000);
  afterAll(() => cluster?.stop(), 60_000);

  const slow = (trace: string) => ({ trace_id: trace, span_id: `span of ${trace}`, name: 'slow', start_time: 0, duration: 2_000_000_000 });
  const send = async (n: number, ...spans: readonly object[]) => {
    const ingest = cluster.all('ingest')[n % 2]!;
    expect((await ingest.json('POST', '/v1/spans', { spans })).status).toBe(202);
  };

  it('has a rule that was created on one replica in force everywhere, and its violations at any replica', async () => {
    const [one, other] = cluster.all('api');
    const created = await one!.json('POST', '/v1/rules', { name: 'slow', expression: 'span.duration > 1s', severity: 'HIGH' });
    expect(created.status).toBe(201);
    // Its marker is in every partition when the answer comes: every span that is sent now is judged by it.
    await Promise.all(Array.from({ length: 20 }, (_, n) => send(n, slow(`trace-${n}`))));
    for (const api of [one!, other!]) {
      await eventually(
        'all violations',
        async () => {
          const { body } = await api.json<Violations>('GET', '/v1/violations?limit=100');
          return body.total === 20 ? true : undefined;
        },
        30_000,
      );
    }
    expect((await other!.json('GET', '/v1/rules/slow')).status).toBe(200);
  });
});
