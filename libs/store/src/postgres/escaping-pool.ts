import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { escapedNul, unescapedNul } from './escaped-nul.js';

type Row = Record<string, unknown>;

/** Escapes every text that goes to PostgreSQL, and unescapes every text that comes back: see `escapedNul`. */
export function escapingPool(pool: PostgresPool): PostgresPool {
  return { options: pool.options, connect: async () => escapingClient(await pool.connect()), end: () => pool.end() };
}

function escapingClient(client: PostgresPoolClient): PostgresPoolClient {
  const query = async (sql: string, parameters: readonly unknown[] = []) => {
    const escaped = parameters.map((parameter) => (typeof parameter === 'string' ? escapedNul(parameter) : parameter));
    const result = await client.query<Row>(sql, escaped);
    return { ...result, command: result.command, rowCount: result.rowCount, rows: result.rows.map(unescapedRow) };
  };
  const release: PostgresPoolClient['release'] = (...discard) => client.release(...discard);
  // Kysely's other calls go to the client itself. (Kysely calls `query` with a cursor for streams, which the store does not use.)
  return Object.assign(Object.create(client) as PostgresPoolClient, { query: query as unknown as PostgresPoolClient['query'], release });
}

/** Modifies the row, which the driver created for this query. */
function unescapedRow(row: Row): Row {
  for (const column in row) {
    const value = row[column];
    if (typeof value === 'string') row[column] = unescapedNul(value);
  }
  return row;
}
