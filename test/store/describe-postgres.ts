import { afterAll, describe, it } from '@jest/globals';
import pg from 'pg';
import { startPostgres, type TestPostgres } from '../harness/services/postgres.js';

let count = 0;

/** The tests; `outage` ends the server and starts it again, where it is the tests' own. */
type PostgresTests = (emptyUrl: () => Promise<string>, url: string, outage: TestPostgres['outage']) => void;

/** Describes tests that need PostgreSQL; skipped, with a reason that was said, where there is none. */
export async function describePostgres(name: string, tests: PostgresTests): Promise<void> {
  const postgres = await startPostgres();
  if (typeof postgres === 'string') {
    console.warn(`SKIPPED: PostgreSQL: ${name} (${postgres})`);
    describe.skip(`PostgreSQL: ${name}`, () => it('needs a server', () => undefined));
    return;
  }
  const { url, stop, outage } = postgres;
  /** A schema of its own, so that every test has an empty database. */
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
    // After those of the tests: they have connections.
    afterAll(() => stop());
  });
}
