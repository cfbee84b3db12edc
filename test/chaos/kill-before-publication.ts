import pg from 'pg';
import { eventually } from '../harness/eventually.js';
import type { Cluster } from '../harness/kafka/cluster.js';
import type { Random } from './random.js';

const TIMEOUT_MS = 60_000;

/**
 * Kills (-9) an API that has committed a change of rules and not published it. The brokers are suspended, so nothing is sent, and the process is killed when the
 * row exists. Resolves when its successor or another replica has published the change. Returns the id of the rule, which is then in force in every partition.
 */
export async function killBeforePublication(cluster: Cluster, random: Random): Promise<string> {
  const id = `orphan-${random.hex(6)}`;
  const rule = { id, name: id, expression: `span.duration > ${random.between(200, 800)}ms`, severity: 'LOW' };
  const name = random.pick(cluster.names('api'));
  const client = new pg.Client(cluster.databaseUrl);
  await client.connect();
  const unpublished = async (): Promise<boolean> => {
    const { rows } = await client.query('SELECT json_record FROM epochs WHERE published = 0');
    return rows.some(({ json_record }: { json_record: string }) => json_record.includes(id));
  };
  try {
    cluster.suspendBrokers();
    const answer = cluster
      .process(name)
      .json('POST', '/v1/rules', rule)
      .then(({ headers }) => headers.get('betrace-rule-publication'))
      .catch(() => undefined);
    try {
      await eventually('the committed rule', async () => (await unpublished()) || undefined, TIMEOUT_MS, 1);
      await cluster.kill(name);
    } finally {
      cluster.resumeBrokers();
    }
    // On a busy machine it may have answered `pending` before the kill.
    if ((await answer) === 'published') throw new Error('the change of rules was published before its API was killed');
    await cluster.restart(name);
    await eventually('the publication', async () => ((await unpublished()) ? undefined : true), TIMEOUT_MS);
  } finally {
    await client.end();
  }
  return id;
}
