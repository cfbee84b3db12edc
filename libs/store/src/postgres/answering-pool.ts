import type { PostgresPool, PostgresPoolClient } from 'kysely';

/**
 * Ends a connection on which a query has had no answer for `deadline` ms, more than the server lets a statement take: the server's machine, or the way to it, is gone
 * without a word. TCP alone would try for a quarter of an hour. The query and the rest of its transaction are refused as on any broken connection, and the next
 * one gets a new connection.
 */
export function answeringPool(pool: PostgresPool, deadline: number): PostgresPool {
  return { options: pool.options, connect: async () => answeringClient(await pool.connect(), deadline), end: () => pool.end() };
}

/** The driver's own client, as far as Kysely's type does not name it. */
interface Endable {
  end(): Promise<void>;
}

function answeringClient(client: PostgresPoolClient, deadline: number): PostgresPoolClient {
  const query = async (sql: string, parameters: readonly unknown[]) => {
    const timer = setTimeout(() => void (client as PostgresPoolClient & Endable).end().catch(() => undefined), deadline);
    try {
      return await client.query(sql, parameters);
    } finally {
      clearTimeout(timer);
    }
  };
  const release: PostgresPoolClient['release'] = (...discard) => client.release(...discard);
  return Object.assign(Object.create(client) as PostgresPoolClient, { query: query as unknown as PostgresPoolClient['query'], release });
}
