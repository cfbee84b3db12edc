import { copyFile, rename, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';

const TIMEOUT_MS = 60_000;

const replaced = async (file: string) => {
  await copyFile(file, `${file}.copy`);
  await rename(`${file}.copy`, file);
};
const emptied = (file: string) => truncate(file, 0);
const deleted = (file: string) => rm(file);

/** A file, its fault, and the request that must not be acknowledged. */
const DANGERS: readonly (readonly [string, (file: string) => Promise<void>, 'spans' | 'rule'])[] = [
  ['betrace.spans.db', deleted, 'spans'],
  ['betrace.spans.db', emptied, 'spans'],
  ['betrace.spans.db-wal', deleted, 'spans'],
  ['betrace.rules.db', deleted, 'rule'],
  ['positions.db', replaced, 'spans'],
  ['store.db', deleted, 'rule'],
  ['store.db', replaced, 'rule'],
  ['store.db-wal', emptied, 'rule'],
];

/** Data in a deleted file is lost with the process: it is reported within seconds, and nothing is acknowledged. */
describe('while the process runs', () => {
  let betrace: BeTrace | undefined;
  let folder: Awaited<ReturnType<typeof storageFolder>> | undefined;
  afterEach(async () => {
    await betrace?.kill();
    await folder?.remove();
  });

  const span = { trace_id: 't', span_id: 's', name: 'request', start_time: 0, duration: 2_000_000_000 };
  const ready = async (of: BeTrace) => {
    const answer = await fetch(`${of.url}/ready`);
    return { status: answer.status, text: await answer.text() };
  };

  it.each(DANGERS)('%s is %p', async (file, damage, request) => {
    folder = await storageFolder();
    betrace = await BeTrace.start({ env: { BETRACE_STORAGE_PATH: folder.path } });
    const one = betrace;
    const rule = (name: string) => one.json('POST', '/v1/rules', { name, expression: 'span.duration > 1s', severity: 'HIGH' });
    expect((await rule('slow')).status).toBe(201);
    expect((await one.json('POST', '/v1/spans', { spans: [span] })).status).toBe(202);
    expect((await ready(one)).status).toBe(200);
    await damage(join(folder.path, file));
    const told = await eventually(
      `${file} to be told of`,
      async () => {
        const { status, text } = await ready(one);
        return status === 503 && /BT_\w/.test(text) ? text : undefined;
      },
      TIMEOUT_MS,
    );
    expect(told).toMatch(/BT_(LOG|STORE)_(FILE_LOST|STORAGE_CORRUPT|CORRUPT)/);
    expect(told).toContain(file);
    expect(told).toMatch(/[Rr]estore/);
    if (damage !== emptied) expect(told).toContain(`/proc/${one.process.pid}/fd`);
    // A scrape may show the last results of the checks.
    await eventually('the metrics of it', async () => {
      const metrics = await (await fetch(`${one.url}/metrics`)).text();
      expect(metrics).toMatch(/betrace_storage_files_lost\{storage="(log|store)"\} [1-9]/);
      expect(metrics).toContain('betrace_readiness_grade{check="storage"} 2');
      return true;
    });
    if (file === 'positions.db' || file === 'betrace.rules.db') return;
    const answer = request === 'spans' ? await one.json('POST', '/v1/spans', { spans: [span] }) : await rule('other');
    expect(answer.status).toBeGreaterThanOrEqual(500);
  });

  it('lock.db is deleted and a second server starts: the first acknowledges nothing more', async () => {
    folder = await storageFolder();
    const { path } = folder;
    betrace = await BeTrace.start({ env: { BETRACE_STORAGE_PATH: path } });
    const first = betrace;
    for (const file of ['lock.db', 'lock.db-wal', 'lock.db-shm']) await rm(join(path, file), { force: true });
    // The process takes the lock again within a second, so a second process is refused, unless it is faster.
    const second = await BeTrace.spawn({ env: { BETRACE_STORAGE_PATH: path } });
    try {
      const outcome = await eventually(
        'one of the two to give way',
        async () => {
          if (second.process.exitCode !== null) return 'second';
          const { status, text } = await ready(first);
          return status === 503 && text.includes('BT_LOG_LOCK_LOST') ? 'first' : undefined;
        },
        TIMEOUT_MS,
      );
      if (outcome === 'second') {
        expect(await second.exited()).not.toBe(0);
        expect(second.logs()).toContain('BT_LOG_STORAGE_IN_USE');
        expect((await first.json('POST', '/v1/spans', { spans: [span] })).status).toBe(202);
      } else {
        expect((await first.json('POST', '/v1/spans', { spans: [span] })).status).toBe(503);
      }
    } finally {
      await second.kill();
    }
  });
});
