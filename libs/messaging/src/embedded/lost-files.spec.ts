import { copyFileSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LogUnavailable, logProblem } from '../problems.js';
import { readAll } from '../read-all.js';
import type { EmbeddedLogSettings } from '../settings.js';
import { EmbeddedLog } from './embedded-log.js';

const DAMAGES: Readonly<Record<string, (path: string) => void>> = {
  deleted: (path) => rmSync(path),
  'replaced by another file': (path) => {
    copyFileSync(path, `${path}.copy`);
    renameSync(`${path}.copy`, path);
  },
  truncated: (path) => truncateSync(path, 0),
};

describe('files of the embedded log that are lost while it is open', () => {
  let path: string;
  let settings: EmbeddedLogSettings;
  let log: EmbeddedLog;
  const record = (content: string) => ({ partition: 0, value: Buffer.from(content) });

  beforeEach(async () => {
    path = mkdtempSync(join(tmpdir(), 'betrace-log-'));
    settings = {
      kind: 'embedded',
      writer: 'direct',
      path,
      topics: [
        { name: 'spans', partitions: 2, pauses: true },
        { name: 'rules', partitions: 1 },
      ],
    };
    log = EmbeddedLog.open(settings);
    await log.append('spans', [record('a')]);
    await log.append('rules', [record('a')]);
  });
  afterEach(async () => {
    await log.close();
    rmSync(path, { recursive: true });
  });

  const kinds = ['spans.db', 'spans.db-wal', 'spans.db-shm', 'rules.db', 'positions.db'].flatMap((file) =>
    Object.entries(DAMAGES).flatMap(([what, damage]) =>
      file.endsWith('-shm') && what === 'truncated' ? [] : ([[file, what, damage]] as const),
    ),
  );

  it.each(kinds)('are reported with name and remedy, counted, and get no acknowledgement (%s %s)', async (file, what, damage) => {
    await expect(log.check()).resolves.toBeUndefined();
    expect(log.filesLost()).toBe(0);
    damage(join(path, file));
    const told = await log.check().then(
      () => 'nothing',
      (error: Error) => error,
    );
    // SQLite may read the truncated part before the check does.
    expect(String(told)).toMatch(/BT_LOG_(FILE_LOST|STORAGE_CORRUPT|FAILED)/);
    expect(log.filesLost()).toBe(1);
    if (what !== 'truncated') {
      expect(told).toBeInstanceOf(LogUnavailable);
      expect(String(told)).toContain(`BT_LOG_FILE_LOST: ${join(path, file)} was ${what}`);
      expect(String(told)).toContain('restore');
    }
    const topic = file.startsWith('rules') ? 'rules' : 'spans';
    if (file !== 'positions.db') await expect(log.append(topic, [record('b')])).rejects.toBeInstanceOf(LogUnavailable);
  });

  it('work again when the same file is put back, with all acknowledged records', async () => {
    renameSync(join(path, 'spans.db'), join(path, 'aside'));
    await expect(log.append('spans', [record('b')])).rejects.toThrow(/BT_LOG_FILE_LOST/);
    renameSync(join(path, 'aside'), join(path, 'spans.db'));
    await log.append('spans', [record('c')]);
    await log.close();
    log = EmbeddedLog.open(settings);
    const contents = (await readAll(log, 'spans', 0))
      .filter(({ value }) => value.length > 0)
      .map(({ value }) => Buffer.from(value).toString());
    expect(contents).toEqual(expect.arrayContaining(['a', 'c']));
  });

  it('accept no positions either', async () => {
    const listener = { assigned: async () => undefined, records: async () => {}, revoked: async () => {} };
    const subscription = await log.subscribe({ topic: 'spans', group: 'g', listener });
    await subscription.commit(0, { offset: 0, metadata: '' });
    rmSync(join(path, 'positions.db'));
    await expect(subscription.commit(0, { offset: 1, metadata: '' })).rejects.toThrow(/BT_LOG_FILE_LOST/);
  });

  it.each(['lock.db', 'lock.db-wal', 'lock.db-shm'])(
    'a lock whose file was deleted is taken again at once if no other process has it (%s)',
    async (file) => {
      rmSync(join(path, file));
      await expect(log.check()).resolves.toBeUndefined();
      expect(readdirSync(path)).toContain(file);
      expect(() => EmbeddedLog.open(settings)).toThrow(/BT_LOG_STORAGE_IN_USE/);
      await log.append('spans', [record('b')]);
    },
  );

  it('a lock that cannot be checked is kept, and reported', async () => {
    const lock = join(path, 'lock.db');
    renameSync(lock, join(path, 'aside'));
    symlinkSync(lock, lock);
    await expect(log.check()).rejects.toThrow(/BT_LOG_FILE_LOST: .*lock\.db was made inaccessible \(ELOOP\)/);
    rmSync(lock);
    renameSync(join(path, 'aside'), lock);
    await expect(log.check()).resolves.toBeUndefined();
    expect(() => EmbeddedLog.open(settings)).toThrow(/BT_LOG_STORAGE_IN_USE/);
  });

  it('a directory that is moved away is not mistaken for another process, in any thread, and works again when it is back', async () => {
    const thread = EmbeddedLog.open(log.forThreads());
    renameSync(path, `${path}-moved`);
    await expect(log.check()).rejects.toThrow(/BT_LOG_FILE_LOST: .*lock\.db was deleted/);
    for (const one of [log, thread]) await expect(one.append('spans', [record('b')])).rejects.toThrow(/BT_LOG_FILE_LOST/);
    renameSync(`${path}-moved`, path);
    await expect(log.check()).resolves.toBeUndefined();
    for (const one of [log, thread]) expect(await one.append('spans', [record('c')])).toHaveLength(1);
    await thread.close();
  });

  it('a topic that refused records fails until it can be written again, though the others work', async () => {
    const records = log.storage.records('rules');
    const { append, probe } = records;
    const readOnly = (): never => {
      throw logProblem('BT_LOG_STORAGE_NOT_WRITABLE', { path: 'rules.db', reason: 'attempt to write a readonly database' });
    };
    records.append = readOnly;
    await expect(log.append('rules', [record('b')])).rejects.toBeInstanceOf(LogUnavailable);
    records.probe = readOnly;
    await expect(log.check()).rejects.toThrow(/BT_LOG_STORAGE_NOT_WRITABLE/);
    Object.assign(records, { append, probe });
    await expect(log.check()).resolves.toBeUndefined();
    await log.append('rules', [record('c')]);
  });

  it('a second server in the same directory: the first acknowledges nothing until the second has ended', async () => {
    const thread = EmbeddedLog.open(log.forThreads());
    const listener = { assigned: async () => undefined, records: async () => {}, revoked: async () => {} };
    const subscription = await thread.subscribe({ topic: 'spans', group: 'g', listener });
    for (const file of ['lock.db', 'lock.db-wal', 'lock.db-shm']) rmSync(join(path, file));
    const second = EmbeddedLog.open({ ...settings });
    await expect(log.check()).rejects.toThrow(/BT_LOG_LOCK_LOST.*process \d+ has the lock now/);
    expect(log.filesLost()).toBe(1);
    for (const one of [log, thread]) await expect(one.append('spans', [record('b')])).rejects.toThrow(/BT_LOG_LOCK_LOST/);
    await expect(subscription.commit(0, { offset: 1, metadata: '' })).rejects.toThrow(/BT_LOG_LOCK_LOST/);
    await second.append('spans', [record('c')]);
    await second.close();
    await expect(log.check()).resolves.toBeUndefined();
    expect(await log.append('spans', [record('d')])).toHaveLength(1);
    await thread.close();
  });

  it('a second server is noticed without a request', async () => {
    for (const file of ['lock.db', 'lock.db-wal', 'lock.db-shm']) rmSync(join(path, file));
    const second = EmbeddedLog.open({ ...settings });
    while (log.filesLost() === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await expect(log.append('spans', [record('b')])).rejects.toThrow(/BT_LOG_LOCK_LOST/);
    await second.close();
  });
});
