import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import { LogUnavailable } from '../../problems.js';
import { inTransaction, openConnection, probeWriting, storageProblem } from './connection.js';

describe('openConnection', () => {
  it('syncs the disk at every commit when asked', () => {
    const place = { directory: mkdtempSync(join(tmpdir(), 'betrace-log-')) };
    const pragma = (database: DatabaseSync, name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
    const database = openConnection(place, 'a', { synced: true });
    expect([pragma(database, 'journal_mode'), pragma(database, 'synchronous'), pragma(database, 'page_size')]).toEqual(['wal', 2, 16_384]);
    database.close();
  });
});

describe('inTransaction', () => {
  it('reports a full disk, and leaves the database usable', () => {
    const database = new DatabaseSync(':memory:');
    database.exec('CREATE TABLE t (b BLOB); PRAGMA max_page_count = 20');
    const insert = database.prepare('INSERT INTO t VALUES (?)');
    let problem: unknown;
    try {
      inTransaction(database, '/data', () => {
        insert.run(new Uint8Array(10));
        insert.run(new Uint8Array(1_000_000));
      });
    } catch (error) {
      problem = error;
    }
    expect(problem).toBeInstanceOf(LogUnavailable);
    expect(problem).toMatchObject({ code: 'BT_LOG_STORAGE_FULL', message: expect.stringContaining('/data') });
    expect(database.prepare('SELECT count(*) AS n FROM t').get()?.n).toBe(0);
    inTransaction(database, '/data', () => insert.run(new Uint8Array(10)));
    expect(database.prepare('SELECT count(*) AS n FROM t').get()?.n).toBe(1);
    database.close();
  });
});

describe('storageProblem', () => {
  const sqlite = (errcode: number) => Object.assign(new Error('reason'), { errcode });
  it.each([
    ['a full disk', 13, 'BT_LOG_STORAGE_FULL'],
    ['a damaged file', 11, 'BT_LOG_STORAGE_CORRUPT'],
    ['another kind of file', 26, 'BT_LOG_STORAGE_CORRUPT'],
    ['a file that may only be read', 8, 'BT_LOG_STORAGE_NOT_WRITABLE'],
    ['a directory that is gone', 14, 'BT_LOG_STORAGE_NOT_WRITABLE'],
    ['a failing disk', 10 | (3 << 8), 'BT_LOG_FAILED'],
    ['a lock that is held for long', 5, 'BT_LOG_FAILED'],
  ])('knows %s', (_, errcode, code) => {
    expect(storageProblem(sqlite(errcode), '/data')).toMatchObject({ code });
  });

  it('passes other errors through', () => {
    const error = new TypeError('other');
    expect(storageProblem(error, '/data')).toBe(error);
  });
});

describe('probeWriting', () => {
  it('detects a read-only file, which SQLite does not at opening, and changes nothing in a writable one', () => {
    const place = { directory: mkdtempSync(join(tmpdir(), 'betrace-log-')) };
    const path = join(place.directory, 'a.db');
    const database = openConnection(place, 'a', { synced: true });
    database.exec('CREATE TABLE t (x)');
    const version = () => new DatabaseSync(path).prepare('PRAGMA data_version').get();
    const before = version();
    probeWriting(database, path);
    expect([database.isTransaction, version()]).toEqual([false, before]);
    const readOnly = new DatabaseSync(path, { readOnly: true });
    expect(() => inTransaction(readOnly, path, () => readOnly.exec('CREATE TABLE IF NOT EXISTS t (x)'))).not.toThrow();
    expect(() => probeWriting(readOnly, path)).toThrow(/BT_LOG_STORAGE_NOT_WRITABLE: .*a\.db \(attempt to write a readonly database\)/);
    expect(readOnly.isTransaction).toBe(false);
    readOnly.close();
    database.close();
  });
});
