import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { keepPrivate } from './private-files.js';

describe('the files of the storage', () => {
  let parent: string;
  let directory: string;
  const umask = process.umask();
  const mode = (name = ''): string => (statSync(join(directory, name)).mode & 0o777).toString(8);
  const put = (...names: readonly string[]): void => {
    for (const name of names) {
      writeFileSync(join(directory, name), '');
      chmodSync(join(directory, name), 0o644);
    }
  };

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'betrace-private-'));
    directory = join(parent, 'data');
    mkdirSync(directory);
    chmodSync(directory, 0o755);
  });
  afterEach(() => {
    process.umask(umask);
    rmSync(parent, { recursive: true });
  });

  it('are readable by the owner only, also those of an older version', () => {
    const own = [
      'betrace.spans.db',
      'betrace.spans.db-wal',
      'betrace.spans.dead.db-shm',
      'positions.db',
      'store.db',
      'lock.db',
      'owner.txt',
      'signature.key',
    ];
    put(...own);
    expect(keepPrivate(directory)).toBeUndefined();
    expect(own.map((name) => mode(name))).toEqual(own.map(() => '600'));
    expect(mode()).toBe('700');
    writeFileSync(join(directory, 'later'), '');
    mkdirSync(join(directory, 'below'));
    expect([mode('later'), mode('below')]).toEqual(['600', '700']);
  });

  it('stay in an unchanged directory if it holds other files, with a warning', () => {
    put('store.db', 'photo.jpg');
    expect(keepPrivate(directory)).toContain(`chmod 700 ${directory}`);
    expect([mode(), mode('store.db'), mode('photo.jpg')]).toEqual(['755', '600', '644']);
  });
});
