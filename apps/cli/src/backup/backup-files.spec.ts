import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { backupName, deleteOldBackups } from './backup-directory.js';
import { writeBackupFile } from './backup-file.js';

const DAY_MS = 24 * 3_600_000;

async function* lines(...texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

describe('the file of a backup', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'betrace-backup-file-'));
    file = join(folder, 'b.ndjson');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is readable by its owner only, and not written through an existing file with the name of its partial file', async () => {
    const elsewhere = join(folder, 'elsewhere');
    writeFileSync(elsewhere, 'of somebody');
    symlinkSync(elsewhere, `${file}.partial`);
    await writeBackupFile(file, lines('a\n'));
    expect(readFileSync(elsewhere, 'utf8')).toBe('of somebody');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    // The partial file of a killed backup, which all users may read.
    writeFileSync(`${file}.partial`, 'a long beginning');
    chmodSync(`${file}.partial`, 0o666);
    await writeBackupFile(file, lines('b\n'));
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['b\n', 0o600]);
    expect(readdirSync(folder).sort()).toEqual(['b.ndjson', 'elsewhere']);
  });

  it('replaces no device and no pipe', async () => {
    expect(spawnSync('mkfifo', [file]).status).toBe(0);
    await expect(writeBackupFile(file, lines('a\n'))).rejects.toMatchObject({
      code: 'BT_CLI_FILE',
      message: expect.stringContaining('is not a file'),
    });
    expect(statSync(file).isFIFO()).toBe(true);
    expect(existsSync(`${file}.partial`)).toBe(false);
  });

  it('is never a half of one that another backup writes at the same time', async () => {
    const half = Promise.withResolvers<void>();
    const rest = Promise.withResolvers<void>();
    async function* slowly(): AsyncGenerator<string> {
      yield 'second\n';
      half.resolve();
      await rest.promise;
      yield 'end\n';
    }
    let second: Promise<void> | undefined;
    async function* overtaken(): AsyncGenerator<string> {
      yield 'first\n';
      second = writeBackupFile(file, slowly());
      await half.promise;
    }
    await expect(writeBackupFile(file, overtaken())).rejects.toThrow('another backup writes the same file');
    expect(existsSync(file)).toBe(false);
    rest.resolve();
    await second;
    expect(readFileSync(file, 'utf8')).toBe('second\nend\n');
  });

  it('is kept though a clock that was set back makes it the oldest; partial files of killed backups are deleted', async () => {
    const [oldest, ...newer] = [0, 1, 2].map((day) => backupName(Date.UTC(2030, 0, 1 + day)));
    const written = backupName(Date.UTC(2020, 0, 1));
    const [killed, going] = [9, 10].map((day) => `${backupName(Date.UTC(2029, 0, day))}.partial`);
    for (const name of [oldest!, ...newer, written, killed!, going!, 'mine.partial']) writeFileSync(join(folder, name), '');
    const before = (Date.now() - 2 * DAY_MS) / 1_000;
    for (const name of [killed!, 'mine.partial']) utimesSync(join(folder, name), before, before);
    await deleteOldBackups(folder, 3, written);
    expect(readdirSync(folder).sort()).toEqual([written, going, ...newer, 'mine.partial'].sort());
    await deleteOldBackups(folder, 1, written);
    expect(readdirSync(folder).sort()).toEqual([written, going, 'mine.partial'].sort());
  });
});
