import { sql } from 'kysely';
import { openPostgres } from './connection.js';

export interface DatabaseInspection {
  /** `15.14`. */
  readonly version: string;
  /** The database's clock, Unix ms. */
  readonly now: number;
}

/** Asks a PostgreSQL server for its version and state. Changes nothing. Rejects a StoreError. */
export async function inspectDatabase(url: string): Promise<DatabaseInspection> {
  const connection = openPostgres({ kind: 'postgres', url, connections: 1 });
  try {
    const { rows } = await sql<{ version: string; now: number }>`
      select current_setting('server_version') as version, floor(extract(epoch from clock_timestamp()) * 1000)::int8 as now
    `.execute(connection.database);
    const [row] = rows;
    if (row === undefined) throw new Error('no answer');
    return { version: row.version, now: Number(row.now) };
  } catch (error) {
    throw connection.problem(error);
  } finally {
    await connection.database.destroy();
  }
}
