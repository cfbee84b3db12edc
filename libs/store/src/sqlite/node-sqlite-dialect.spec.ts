import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import { Kysely } from 'kysely';
import { NodeSqliteDialect } from './node-sqlite-dialect.js';

const SQLITE_FULL = 13;

describe('a transaction that SQLite rolls back by itself', () => {
  it('fails with the original error, a full disk, and the next one works', async () => {
    const sqlite = new DatabaseSync(':memory:');
    const database = new Kysely<{ t: { x: Uint8Array } }>({ dialect: new NodeSqliteDialect(sqlite) });
    sqlite.exec('CREATE TABLE t (x BLOB); PRAGMA max_page_count = 20');
    const insert = (bytes: number) =>
      database.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('t')
          .values({ x: new Uint8Array(10) })
          .execute();
        await transaction
          .insertInto('t')
          .values({ x: new Uint8Array(bytes) })
          .execute();
      });
    await expect(insert(1_000_000)).rejects.toMatchObject({ errcode: SQLITE_FULL });
    expect(sqlite.isTransaction).toBe(false);
    await insert(10);
    expect(await database.selectFrom('t').selectAll().execute()).toHaveLength(2);
    await database.destroy();
  });

  it('is rolled back when it fails for another reason', async () => {
    const sqlite = new DatabaseSync(':memory:');
    const database = new Kysely<{ t: { x: number } }>({ dialect: new NodeSqliteDialect(sqlite) });
    sqlite.exec('CREATE TABLE t (x INTEGER)');
    const failing = database.transaction().execute(async (transaction) => {
      await transaction.insertInto('t').values({ x: 1 }).execute();
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect([sqlite.isTransaction, await database.selectFrom('t').selectAll().execute()]).toEqual([false, []]);
    await database.destroy();
  });
});
