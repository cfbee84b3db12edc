import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { LogUnavailable, logProblem } from '../../problems.js';
import { readAll } from '../../read-all.js';
import type { EmbeddedLogSettings } from '../../settings.js';
import { EmbeddedLog } from '../embedded-log.js';
import { Storage } from './storage.js';

describe('the storage of the embedded log', () => {
  let path: string;
  let settings: EmbeddedLogSettings;
  const record = (content: string, partition = 0) => ({ partition, value: Buffer.from(content) });
  const openError = (changed: Partial<EmbeddedLogSettings> = {}): string => {
    try {
      void EmbeddedLog.open({ ...settings, ...changed }).close();
      return 'opened';
    } catch (error) {
      return String(error);
    }
  };

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'betrace-log-'));
    settings = { kind: 'embedded', writer: 'direct', path, topics: [{ name: 'spans', partitions: 2 }] };
  });

  it('continues after a restart, also the offsets of a partition whose records were deleted', async () => {
    const first = EmbeddedLog.open(settings);
    await first.append('spans', [record('a'), record('b'), record('x', 1)]);
    expect(first.storage.records('spans').deleteBelow(0, 2, 100)).toBe(1);
    await first.close();
    const second = EmbeddedLog.open(settings);
    expect(await second.bounds('spans', 0)).toEqual({ start: 1, end: 2 });
    expect(await second.append('spans', [record('c'), record('y', 1)])).toEqual([2, 1]);
    await second.close();
  });

  it('creates a missing directory', async () => {
    const log = EmbeddedLog.open({ ...settings, path: join(path, 'deep', 'er') });
    await log.append('spans', [record('a')]);
    await log.close();
    expect(readdirSync(join(path, 'deep', 'er'))).toEqual(expect.arrayContaining(['spans.db', 'positions.db']));
  });

  it('names the path that it cannot write, and the setting', () => {
    writeFileSync(join(path, 'file'), '');
    const message = openError({ path: join(path, 'file', 'log') });
    expect(message).toContain('BT_LOG_STORAGE_NOT_WRITABLE');
    expect(message).toContain(join(path, 'file', 'log'));
    expect(message).toContain('BETRACE_STORAGE_PATH');
  });

  // Only Linux has a directory in which even root cannot create files.
  (existsSync('/proc/self') ? it : it.skip)('is refused at once below /proc, where nothing can be created', () => {
    expect(openError({ path: '/proc/betrace/log' })).toContain('BT_LOG_STORAGE_NOT_WRITABLE');
  });

  it('has one owner at a time', async () => {
    const log = EmbeddedLog.open(settings);
    expect(openError()).toMatch(new RegExp(`BT_LOG_STORAGE_IN_USE: .*${path}.*process ${process.pid}`));
    await log.close();
    expect(openError()).toBe('opened');
  });

  it('refuses another number of partitions', async () => {
    await EmbeddedLog.open(settings).close();
    expect(openError({ topics: [{ name: 'spans', partitions: 3 }] })).toMatch(
      /BT_LOG_PARTITIONS_DIFFER.* 2 partitions .* 3 are configured/,
    );
    expect(openError()).toBe('opened');
  });

  it.each([
    ['positions', "INSERT INTO positions (topic, \"group\", partition, offset, seen) VALUES ('spans', 'g', 0, 9007199254740993, 1)"],
    ['positions', 'INSERT INTO clock (id, beat) VALUES (1, 4611686018427387904) ON CONFLICT DO UPDATE SET beat = excluded.beat'],
    ['spans', "INSERT INTO records_1 (offset, timestamp, value) VALUES (0, 4611686018427387904, '')"],
    ['spans', "INSERT INTO records_1 (offset, timestamp, value) VALUES (9007199254740993, 1, '')"],
  ])('reports a damaged file with a number that it never wrote: %s', async (name, statement) => {
    const topics = [{ name: 'spans', partitions: 2, pauses: true }];
    await EmbeddedLog.open({ ...settings, topics }).close();
    const database = new DatabaseSync(join(path, `${name}.db`));
    database.exec(statement.replace("''", "x''"));
    database.close();
    let error: unknown;
    try {
      const storage = Storage.open({ ...settings, topics });
      try {
        void storage.clock;
        storage.records('spans').end(1);
      } finally {
        storage.close();
      }
    } catch (caught) {
      error = caught;
    }
    expect(String(error)).toContain('BT_LOG_STORAGE_CORRUPT');
    expect(String(error)).toContain(join(path, `${name}.db`));
  });

  it('refuses a read-only lock, which would exclude no one', async () => {
    await EmbeddedLog.open(settings).close();
    chmodSync(join(path, 'lock.db'), 0o400);
    expect(withoutPrivileges(path, openError)).toContain('BT_LOG_STORAGE_NOT_WRITABLE');
  });

  it("opens when the owner's file cannot be written", async () => {
    mkdirSync(join(path, 'owner.txt', 'full'), { recursive: true });
    const log = EmbeddedLog.open(settings);
    expect(openError()).toMatch(/BT_LOG_STORAGE_IN_USE: .* in use by another process/);
    await log.close();
    expect(openError()).toBe('opened');
  });

  it('reports a file of another program', () => {
    writeFileSync(join(path, 'spans.db'), Buffer.alloc(50_000, 'this is not a database '));
    expect(openError()).toContain('BT_LOG_STORAGE_CORRUPT');
    expect(openError()).toContain(join(path, 'spans.db'));
  });

  it('reports a damaged file when it reads the damaged place, and continues with the rest', async () => {
    const log = EmbeddedLog.open(settings);
    for (let i = 0; i < 100; i++) await log.append('spans', [{ partition: 0, value: Buffer.alloc(40_000, i) }, record('x', 1)]);
    await log.close();
    const file = await open(join(path, 'spans.db'), 'r+');
    await file.write(Buffer.alloc(16_384 * 20, 0xff), 0, 16_384 * 20, 16_384 * 40);
    await file.close();
    const damaged = EmbeddedLog.open(settings);
    await expect(readAll(damaged, 'spans', 0)).rejects.toThrow('BT_LOG_STORAGE_CORRUPT');
    damaged.storage.records('spans').append = () => {
      throw logProblem('BT_LOG_STORAGE_CORRUPT', { path, reason: 'damaged' });
    };
    const refused = await damaged.append('spans', [record('a')]).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(LogUnavailable);
    expect(refused).toMatchObject({ code: 'BT_LOG_FAILED', message: expect.stringContaining('BT_LOG_STORAGE_CORRUPT') });
    await damaged.close();
  });

  it('is shared by the threads of a process', async () => {
    for (const place of [path, undefined]) {
      const { path: _, ...rest } = settings;
      const owner = EmbeddedLog.open(place === undefined ? rest : settings);
      const other = EmbeddedLog.open(structuredClone(owner.forThreads()));
      expect(await owner.append('spans', [record('a')])).toEqual([0]);
      expect(await other.append('spans', [record('b')])).toEqual([1]);
      expect(await owner.append('spans', [record('c'), record('x', 1)])).toEqual([2, 0]);
      expect(await other.append('spans', [record('y', 1)])).toEqual([1]);
      const seen = await readAll(other, 'spans', 0);
      expect(seen.map(({ value }) => Buffer.from(value).toString())).toEqual(['a', 'b', 'c']);
      await other.close();
      await owner.close();
    }
  });

  it('wakes a subscriber of another thread', async () => {
    const owner = EmbeddedLog.open(settings);
    const other = EmbeddedLog.open(owner.forThreads());
    let arrived = Promise.withResolvers<number>();
    let caughtUp = 0;
    await other.subscribe({
      topic: 'spans',
      group: 'g',
      partitions: [1],
      listener: {
        assigned: async () => undefined,
        records: async () => arrived.resolve(performance.now()),
        idle: async () => void caughtUp++,
        revoked: async () => undefined,
      },
    });
    while (caughtUp === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    // The shortest time of several: any of them may include a stall of the machine.
    let shortest = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 10 && shortest >= 300; tries++) {
      arrived = Promise.withResolvers();
      const start = performance.now();
      await owner.append('spans', [record('x', 1)]);
      shortest = Math.min(shortest, (await arrived.promise) - start);
    }
    expect(shortest).toBeLessThan(300);
    await other.close();
    await owner.close();
  });

  it('keeps timestamps from decreasing when the clock decreases', async () => {
    const clock = [1_000, 5_000, 3_000, 6_000];
    const log = EmbeddedLog.open(settings, { now: () => clock[0]!, monotonic: () => 0 });
    while (clock.length > 0) {
      await log.append('spans', [record('a')]);
      clock.shift();
    }
    const records = await readAll(log, 'spans', 0);
    expect(records.map(({ timestamp }) => timestamp)).toEqual([1_000, 5_000, 5_000, 6_000]);
    expect(await log.offsetAt('spans', 0, 5_000)).toBe(1);
    expect(await log.offsetAt('spans', 0, 5_001)).toBe(3);
    await log.close();
  });

  it('gives a partition to one member of a group only', async () => {
    const log = EmbeddedLog.open(settings);
    const listener = { assigned: async () => undefined, records: async () => undefined, revoked: async () => undefined };
    const first = await log.subscribe({ topic: 'spans', group: 'g', partitions: [0], listener });
    await expect(log.subscribe({ topic: 'spans', group: 'g', listener })).rejects.toThrow('BT_LOG_ALREADY_ASSIGNED');
    await log.subscribe({ topic: 'spans', group: 'g', partitions: [1], listener });
    await expect(first.commit(1, { offset: 0, metadata: '' })).rejects.toThrow('BT_LOG_NOT_ASSIGNED');
    await first.close();
    await log.subscribe({ topic: 'spans', group: 'g', partitions: [0], listener });
    await log.close();
  });
});

/** Runs as a user who owns the directory and nothing else, because root may write anywhere. */
function withoutPrivileges(directory: string, work: () => string): string {
  if (process.geteuid?.() !== 0) return work();
  const nobody = 65_534;
  for (const file of ['', ...readdirSync(directory)]) chownSync(join(directory, file), nobody, nobody);
  process.seteuid!(nobody);
  try {
    return work();
  } finally {
    process.seteuid!(0);
  }
}
