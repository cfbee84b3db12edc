import { afterAll, describe, it } from '@jest/globals';
import pg from 'pg';
import { startPostgres, type TestPostgres } from '../harness/services/postgres.js';

let count = 0;

/** The tests; `outage` stops the server and starts it again, if it is the tests' own. */
type PostgresTests = (emptyUrl: () => Promise<string>, url: string, outage: TestPostgres['outage']) => void;

/** Describes tests that need PostgreSQL; they are skipped with a reason if there is none. */
export async function describePostgres(name: string, tests: PostgresTests): Promise<void> {
  const postgres = await startPostgres();
  if (typeof postgres === 'string') {
    console.warn(`SKIPPED: PostgreSQL: ${name} (${postgres})`);
    describe.skip(`PostgreSQL: ${name}`, () => it('needs a server', () => undefined));
    return;
  }
  const { url, stop, outage } = postgres;
  /** A new schema, so that every test has an empty database. */
  const emptyUrl = async (): Promise<string> => {
    const schema = `test_${process.pid}_${count++}`;
    const client = new pg.Client(url);
    await client.connect();
    await client.query(`CREATE SCHEMA ${schema}`);
    await client.end();
    return `${url}?options=${encodeURIComponent(`-c search_path=${schema}`)}`;
  };
  describe(`PostgreSQL: ${name}`, () => {
    tests(emptyUrl, url, outage);
    // After the hooks of the tests, which have connections.
    afterAll(() => stop());
  });
}
