import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openStore, type Store } from '../../libs/store/src/index.js';
import { SqliteThreads } from '../../libs/store/src/sqlite/sqlite-threads.js';
import { describeStore } from '../../libs/store/src/store.contract.js';
import { violation } from '../../libs/store/src/testing/violation.js';

/** The built entry, because threads do not compile TypeScript. */
const threads = new URL('../../dist/libs/store/src/sqlite/thread.js', import.meta.url);
const directory = (): string => mkdtempSync(join(tmpdir(), 'betrace-store-'));

describeStore('SQLite in threads, on disk', () => openStore({ kind: 'sqlite', path: directory(), threads }));

describe('SQLite in threads', () => {
  let path: string;
  let store: Store;
  beforeEach(async () => {
    path = directory();
    store = await openStore({ kind: 'sqlite', path, threads });
  });
  afterEach(() => store.close());

  const file = () => new DatabaseSync(join(path, 'store.db'));
  const keep = (position: number) => store.keep({ reader: 'r', partition: 0, position, violations: [violation(`v${position}`)] });

  it('reads while another process writes, and writes when that has ended', async () => {
    await keep(1);
    const other = file();
    other.exec('BEGIN IMMEDIATE');
    const kept = keep(2);
    expect((await store.violations({}, { limit: 10 })).violations.map(({ id }) => id)).toEqual(['v1']);
    other.exec('ROLLBACK');
    other.close();
    await kept;
    expect((await store.violations({}, { limit: 10 })).total).toBe(2);
  });

  it('does not block the event loop during a slow query', async () => {
    const database = file();
    database.exec(`INSERT INTO violations (id, revision, status, rule_id, rule_name, severity, trace_id, wire_trace_id, span_id, service, timestamp_ms,
      first_offset, json_record, search_text) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
      SELECT 'v' || i, 1, 'open', 'r', 'R', 'LOW', 't', 't', 's', 'shop', i, 0, '{}', hex(randomblob(400)) FROM n`);
    database.close();
    // Relative to the total time, because the speed of the machine is unknown.
    const longestOf = async (): Promise<number> => {
      const delay = monitorEventLoopDelay({ resolution: 1 });
      const start = performance.now();
      delay.enable();
      const searches = Array.from({ length: 4 }, (_, n) => store.violations({ text: `nowhere ${n}` }, { limit: 10, countAll: true }));
      const totals = (await Promise.all(searches)).map(({ total }) => total);
      delay.disable();
      expect(totals).toEqual([0, 0, 0, 0]);
      return delay.max / 1e6 / (performance.now() - start);
    };
    // The best of some, because a pause of the machine blocks the event loop, too.
    const shares: number[] = [];
    while (shares.length < 10 && (shares.at(-1) ?? 1) >= 0.5) shares.push(await longestOf());
    expect(Math.min(...shares)).toBeLessThan(0.5);
  });

  it('returns values that threads cannot send: half a surrogate pair, U+0000, numbers beyond JavaScript', async () => {
    await keep(1);
    await store.keep({
      reader: 'r',
      partition: 0,
      position: 2,
      violations: [violation('w', { service: 'a\u0000b\ud800', record: '{"a":"\\ud800"}' })],
    });
    expect(await store.violation('w')).toMatchObject({ record: '{"a":"\\ud800"}' });
    const database = file();
    database.exec('UPDATE positions SET position = 4611686018427387904');
    database.close();
    await expect(store.position('r', 0)).rejects.toMatchObject({ code: 'BT_STORE_CORRUPT' });
  });

  it('continues with another thread after one ended, and rolls its transaction back', async () => {
    await store.close();
    const ending = new SqliteThreads(join(path, 'store.db'), threads);
    const { writer, release } = await ending.acquireWriter();
    await writer.query('begin immediate', []);
    await writer.query('create table half_done (x integer)', []);
    const unanswered = writer.query(
      'with recursive n (i) as (select 1 union all select i + 1 from n where i < 4000000) select count(*) from n',
      [],
    );
    await Promise.all([writer.terminate(), expect(unanswered).rejects.toThrow(/the thread of the database ended/)]);
    release();
    const next = await ending.acquireWriter();
    expect(next.writer).not.toBe(writer);
    const { rows } = await next.writer.query("select name from sqlite_schema where name = 'half_done'", []);
    expect(rows).toEqual([]);
    next.release();
    await ending.close();
    store = await openStore({ kind: 'sqlite', path, threads });
    await keep(1);
  });

  it('rejects all waiting callers while another process holds the lock, none after several timeouts', async () => {
    await store.close();
    // Longer than a pause of the machine.
    const timeout = 5_000;
    const locked = new SqliteThreads(join(path, 'store.db'), threads, timeout);
    const other = file();
    other.exec('BEGIN IMMEDIATE');
    const began = performance.now();
    const write = async (): Promise<number> => {
      const { writer, release } = await locked.acquireWriter();
      await expect(writer.query('begin immediate', [])).rejects.toMatchObject({ errcode: 5 });
      release();
      return performance.now() - began;
    };
    const ended = await Promise.all(Array.from({ length: 5 }, write));
    expect(ended[0]).toBeGreaterThan(timeout * 0.9);
    // Five times the timeout, if each waited separately.
    expect(ended[4]).toBeLessThan(timeout * 3);
    other.exec('ROLLBACK');
    other.close();
    const { writer, release } = await locked.acquireWriter();
    await writer.query('begin immediate', []);
    await writer.query('commit', []);
    expect((await writer.query('PRAGMA busy_timeout', [])).rows).toEqual([{ timeout }]);
    release();
    await locked.close();
    store = await openStore({ kind: 'sqlite', path, threads });
  });

  it.each<[string, (path: string) => void, number]>([
    ['the write-ahead log is emptied', (path) => truncateSync(`${path}-wal`, 0), 1],
    ['the database is deleted', (path) => rmSync(path), 0],
  ])('reports a lost file, whichever thread notices it first, and creates no other: %s', async (_, lose, files) => {
    for (let i = 1; i <= 20; i++) await keep(i);
    await store.violations({}, { limit: 10 });
    lose(join(path, 'store.db'));
    // Both readers, of which one may start only now, and the writer.
    const asked = await Promise.allSettled([
      ...Array.from({ length: 6 }, (_each, n) => store.violations({ text: `v${n}` }, { limit: 10 })),
      keep(21),
      store.check(),
    ]);
    const problems = asked.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
    expect(problems).not.toEqual([]);
    for (const problem of problems) expect(problem).toMatch(/BT_STORE_FILE_LOST.*store\.db/);
    await expect(store.check()).rejects.toThrow(/BT_STORE_FILE_LOST/);
    expect(readdirSync(path).filter((name) => name === 'store.db')).toHaveLength(files);
  });

  it('of a database in memory reports its loss when its thread ended', async () => {
    const ending = new SqliteThreads(':memory:', threads);
    const { writer, release } = await ending.acquireWriter();
    await writer.terminate();
    release();
    const again = await ending.acquireWriter();
    await expect(again.writer.query('select 1', [])).rejects.toThrow(/ended/);
    again.release();
    await ending.close();
  });
});
