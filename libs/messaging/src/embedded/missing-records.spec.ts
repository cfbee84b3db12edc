import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readAll } from '../read-all.js';
import type { EmbeddedLogSettings } from '../settings.js';
import { EmbeddedLog } from './embedded-log.js';

const RECORDS = 24;

/** Runs of missing offsets between `from` and the last one. */
function gapsIn(kept: readonly number[], from: number): string[] {
  const gaps: string[] = [];
  let next = from;
  for (const offset of kept.filter((one) => one >= from)) {
    if (offset > next) gaps.push(`${next} to ${offset - 1}`);
    next = offset + 1;
  }
  return gaps;
}

describe('records that were deleted from a file of the embedded log', () => {
  let path: string;
  let settings: EmbeddedLogSettings;
  const record = (n: number) => ({ partition: 0, key: `k${n}`, value: Buffer.from(`record ${n}`) });
  const run = (topic: string, sql: string): void => {
    const database = new DatabaseSync(join(path, `${topic}.db`));
    database.exec(sql);
    database.close();
  };

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'betrace-log-'));
    settings = {
      kind: 'embedded',
      writer: 'direct',
      path,
      topics: [
        { name: 'spans', partitions: 1 },
        { name: 'rules', partitions: 1, compacted: true },
      ],
    };
  });
  afterEach(() => rmSync(path, { recursive: true }));

  /** The records that a reader of the topic gets, and the events that it receives. */
  async function read(topic: string, maxBatchBytes: number, hears: 'missing' | 'failed' = 'missing') {
    const log = EmbeddedLog.open(settings);
    const offsets: number[] = [];
    const told: string[] = [];
    const done = Promise.withResolvers<void>();
    const subscription = await log.subscribe({
      topic,
      group: 'g',
      maxBatchBytes,
      idleInterval: 1,
      listener: {
        assigned: async () => undefined,
        records: async ({ records }) => {
          for (const [n, { offset }] of records.entries()) {
            if (n > 0 && topic === 'spans') expect(offset).toBe(records[n - 1]!.offset + 1);
            offsets.push(offset);
          }
        },
        idle: async () => done.resolve(),
        revoked: async () => {},
        [hears]: (error: Error) => told.push(error.message),
      },
    });
    await done.promise;
    await subscription.close();
    await log.close();
    return { offsets, told };
  }

  it('are reported once, with place and remedy, and all others are read', async () => {
    const deletions = fc.record({
      deleted: fc.uniqueArray(fc.nat(RECORDS - 2), { minLength: 1, maxLength: RECORDS - 2 }),
      committed: fc.option(fc.nat(RECORDS - 1), { nil: undefined }),
      maxBatchBytes: fc.constantFrom(1, 20, 100_000),
    });
    await fc.assert(
      fc.asyncProperty(deletions, async ({ deleted, committed, maxBatchBytes }) => {
        rmSync(path, { recursive: true, force: true });
        const log = EmbeddedLog.open(settings);
        await log.append(
          'spans',
          Array.from({ length: RECORDS }, (_, n) => record(n)),
        );
        if (committed !== undefined) log.storage.positions.commit('spans', 'g', 0, { offset: committed, metadata: '' }, log.now());
        await log.close();
        run('spans', `DELETE FROM records_0 WHERE offset IN (${deleted.join(',')})`);
        const kept = Array.from({ length: RECORDS }, (_, n) => n).filter((offset) => !deleted.includes(offset));
        const { offsets, told } = await read('spans', maxBatchBytes);
        expect(offsets).toEqual(kept.filter((offset) => offset >= (committed ?? 0)));
        // A group that never read has no information about earlier records.
        const gaps = gapsIn(kept, committed ?? kept[0]!);
        expect(told.map((message) => /Records (\d+ to \d+)/.exec(message)?.[1])).toEqual(gaps);
        for (const message of told) expect(message).toMatch(/^BT_LOG_RECORDS_MISSING: .* of partition 0 of spans .*spans\.db .*restore/);
      }),
      { numRuns: 40 },
    );
  });

  it('are reported as a failure to a listener without a handler for them', async () => {
    const log = EmbeddedLog.open(settings);
    await log.append('spans', [record(0), record(1), record(2)]);
    await log.close();
    run('spans', 'DELETE FROM records_0 WHERE offset = 1');
    const { offsets, told } = await read('spans', 1, 'failed');
    expect(offsets).toEqual([0, 2]);
    expect(told).toEqual([expect.stringContaining('BT_LOG_RECORDS_MISSING: Records 1 to 1')]);
  });

  it('are expected in a compacted topic', async () => {
    const log = EmbeddedLog.open(settings);
    await log.append('rules', [record(0), record(1), record(2)]);
    await log.close();
    run('rules', 'DELETE FROM records_0 WHERE offset = 1');
    expect(await read('rules', 100_000)).toEqual({ offsets: [0, 2], told: [] });
  });

  it('leave no gap within a batch that is read again', async () => {
    const log = EmbeddedLog.open(settings);
    await log.append(
      'spans',
      Array.from({ length: 6 }, (_, n) => record(n)),
    );
    run('spans', 'DELETE FROM records_0 WHERE offset IN (1, 2, 4)');
    const batches: number[][] = [];
    for await (const { records } of log.read('spans', 0, 0)) batches.push(records.map(({ offset }) => offset));
    expect(batches).toEqual([[0], [3], [5]]);
    expect((await readAll(log, 'spans', 0)).map(({ offset }) => offset)).toEqual([0, 3, 5]);
    await log.close();
  });
});
