import { afterAll, describe, it } from '@jest/globals';
import pg from 'pg';
import { startPostgres } from '../harness/postgres.js';

let count = 0;

/** Describes tests that need PostgreSQL; skipped, with a reason that was said, where there is none. */
export async function describePostgres(name: string, tests: (emptyUrl: () => Promise<string>, url: string) => void): Promise<void> {
  const postgres = await startPostgres();
  if (typeof postgres === 'string') {
    console.warn(`SKIPPED: PostgreSQL: ${name} (${postgres})`);
    describe.skip(`PostgreSQL: ${name}`, () => it('needs a server', () => undefined));
    return;
  }
  const { url, stop } = postgres;
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
    tests(emptyUrl, url);
    // After those of the tests: they have connections.
    afterAll(() => stop());
  });
}
