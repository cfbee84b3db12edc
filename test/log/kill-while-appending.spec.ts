import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openLog, readAll } from '../../libs/messaging/src/index.js';
import { eventually } from '../harness/eventually.js';

const script = resolve(import.meta.dirname, '../../dist/test/log/append-for-ever.js');

interface Kept {
  readonly partition: number;
  readonly offset: number;
  readonly number: string;
}

/** The appending process, and its output so far, including an incomplete line. */
class Appender {
  readonly process: ChildProcess;
  private printed = '';
  errors = '';
  /** Resolves when the process has ended and its whole output was read. */
  private readonly closed: Promise<void>;

  constructor(command: string, args: readonly string[]) {
    this.process = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.closed = new Promise((done) => this.process.once('close', () => done()));
    this.process.stdout?.on('data', (chunk: Buffer) => (this.printed += chunk.toString()));
    this.process.stderr?.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
  }

  get lines(): string[] {
    return this.printed.split('\n').slice(0, -1);
  }

  get kept(): Kept[] {
    return this.lines
      .filter((line) => line.startsWith('kept '))
      .map((line) => line.split(' '))
      .map(([, partition, offset, number]) => ({ partition: Number(partition), offset: Number(offset), number: number! }));
  }

  async printedKept(count: number): Promise<void> {
    await eventually(`${count} confirmed records (${this.errors})`, async () => (this.kept.length >= count ? true : undefined), 60_000);
  }

  async ended(): Promise<void> {
    await this.closed;
  }
}

/** Checks that every confirmed record is complete at its confirmed offset, and that offsets have no gaps. */
async function expectAll(path: string, kept: readonly Kept[]): Promise<void> {
  const log = await openLog({ kind: 'embedded', path, writer: 'direct', topics: [{ name: 'spans', partitions: 4 }] });
  try {
    for (let partition = 0; partition < 4; partition++) {
      const records = await readAll(log, 'spans', partition);
      expect(records.map(({ offset }) => offset)).toEqual(records.map((_, i) => i));
      const numbers = records.map(({ headers }) => headers?.number);
      const mine = kept.filter((one) => one.partition === partition);
      expect(mine.filter(({ offset, number }) => numbers[offset] !== number)).toEqual([]);
      for (const { headers, value } of records)
        expect(Buffer.from(value).toString('latin1', 0, 30)).toContain(`record ${headers?.number} `);
    }
  } finally {
    await log.close();
  }
}

describe('kill -9 while the log is written', () => {
  it.each(['thread', 'direct'])('loses no confirmed record (writer: %s), and the next process continues', async (writer) => {
    const path = await mkdtemp(join(tmpdir(), 'betrace-kill-'));
    const kept: Kept[] = [];
    for (const atLeast of [1, 200, 1_000]) {
      const appender = new Appender(process.execPath, [script, path, writer]);
      await appender.printedKept(atLeast);
      appender.process.kill('SIGKILL');
      await appender.ended();
      kept.push(...appender.kept);
      await expectAll(path, kept);
    }
    expect(kept.length).toBeGreaterThan(1_200);
  });

  it('leaves no lock behind, while a living owner keeps its own', async () => {
    const path = await mkdtemp(join(tmpdir(), 'betrace-kill-'));
    const owner = new Appender(process.execPath, [script, path, 'thread']);
    await owner.printedKept(1);
    const settings = { kind: 'embedded', path, writer: 'direct', topics: [{ name: 'spans', partitions: 4 }] } as const;
    await expect(openLog(settings)).rejects.toThrow(new RegExp(`BT_LOG_STORAGE_IN_USE.*process ${owner.process.pid}`));
    owner.process.kill('SIGKILL');
    await owner.ended();
    await (await openLog(settings)).close();
  });
});

describe('a full disk', () => {
  it('makes the log unavailable, keeps confirmed records, and does not crash it', async () => {
    const path = await mkdtemp(join(tmpdir(), 'betrace-full-'));
    // The shell's limit on the size of files (in blocks of 512 bytes) simulates a full disk.
    const appender = new Appender('sh', ['-c', `ulimit -f 6000; exec "$@"`, 'sh', process.execPath, script, path, 'thread']);
    const refusals = () => appender.lines.filter((line) => line.startsWith('refused'));
    // Each of the sixteen senders more than once.
    await eventually('refusals', async () => (refusals().length > 48 ? true : undefined));
    appender.process.kill('SIGTERM');
    await appender.ended();
    expect(appender.process.exitCode).toBe(0);
    expect(refusals().filter((line) => !/BT_LOG_(FAILED|STORAGE_FULL)/.test(line))).toEqual([]);
    expect(appender.kept.length).toBeGreaterThan(0);
    await expectAll(path, appender.kept);
  });
});
