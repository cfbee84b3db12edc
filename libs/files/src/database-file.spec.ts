import { copyFileSync, mkdtempSync, renameSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DatabaseFile } from './database-file.js';

describe('the files of an open database', () => {
  let directory: string;
  let path: string;
  let database: DatabaseSync;
  let file: DatabaseFile;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'betrace-files-'));
    path = join(directory, 'some.db');
    database = new DatabaseSync(path);
    database.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x BLOB)');
    file = new DatabaseFile(path);
    fill();
  });
  afterEach(() => {
    if (database.isOpen) database.close();
    rmSync(directory, { recursive: true });
  });

  const fill = () => database.exec('INSERT INTO t SELECT randomblob(100000) FROM (VALUES (1), (2), (3), (4), (5), (6), (7), (8))');

  it.each(['', '-wal', '-shm'])('are lost while they are inaccessible, and no longer (some.db%s)', (suffix) => {
    const name = `${path}${suffix}`;
    renameSync(name, `${path}.aside`);
    symlinkSync(name, name);
    expect(file.lost()).toEqual({ path: name, what: 'made inaccessible (ELOOP)' });
    rmSync(name);
    renameSync(`${path}.aside`, name);
    expect(file.lost()).toBeUndefined();
  });

  it('are not lost while they are written, checkpointed, truncated by SQLite, and read by others', () => {
    for (let i = 0; i < 5; i++) {
      fill();
      expect(file.lost()).toBeUndefined();
      database.exec(i % 2 === 0 ? 'PRAGMA wal_checkpoint(RESTART)' : 'DELETE FROM t WHERE rowid < 20');
      const other = new DatabaseSync(path);
      other.prepare('SELECT count(*) FROM t').get();
      other.close();
      expect(file.lost()).toBeUndefined();
      expect(file.examine()).toBeUndefined();
    }
  });

  it('are reported as lost when the write-ahead log was emptied and has its former length again', () => {
    truncateSync(`${path}-wal`, 0);
    expect(() => fill()).not.toThrow();
    expect(file.lost()).toBeUndefined();
    const loss = { path: `${path}-wal`, what: 'truncated' };
    expect(file.examine()).toEqual(loss);
    expect(file.lost()).toEqual(loss);
  });

  it('are not lost after a vacuum', () => {
    database.exec('PRAGMA wal_checkpoint(RESTART)');
    expect(file.lost()).toBeUndefined();
    database.exec('DELETE FROM t; VACUUM; PRAGMA wal_checkpoint(RESTART)');
    expect(file.lost()).toBeUndefined();
    fill();
    expect(file.lost()).toBeUndefined();
  });

  it.each(['', '-wal', '-shm'])('are reported when they are deleted, until they come back (%s)', (suffix) => {
    expect(file.lost()).toBeUndefined();
    renameSync(path + suffix, join(directory, 'aside'));
    expect(file.lost()).toEqual({ path: path + suffix, what: 'deleted' });
    renameSync(join(directory, 'aside'), path + suffix);
    expect(file.lost()).toBeUndefined();
  });

  it.each(['', '-wal', '-shm'])('are reported when other files replace them (%s)', (suffix) => {
    expect(file.lost()).toBeUndefined();
    copyFileSync(path + suffix, join(directory, 'copy'));
    renameSync(join(directory, 'copy'), path + suffix);
    expect(file.lost()).toEqual({ path: path + suffix, what: 'replaced by another file' });
  });

  it.each(['', '-wal'])('are reported when they are truncated, even after they grow again (%s)', (suffix) => {
    database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    expect(file.lost()).toBeUndefined();
    truncateSync(path + suffix, suffix === '' ? 10_000 : 0);
    expect(file.lost()).toEqual({ path: path + suffix, what: 'truncated' });
    truncateSync(path + suffix, 2_000_000);
    expect(file.lost()).toEqual({ path: path + suffix, what: 'truncated' });
  });
});
