import { cp, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';

const FILES = [
  'betrace.spans.db',
  'betrace.violations.db',
  'betrace.rules.db',
  'betrace.rule-status.db',
  'betrace.full-partitions.db',
  'betrace.spans.dead.db',
  'positions.db',
  'lock.db',
  'store.db',
];

/** Bytes of an SQLite page in the log's databases; a multiple of the store's. */
const PAGE = 4_096;

const DAMAGES: Readonly<Record<string, (file: string) => Promise<void>>> = {
  deleted: (file) => rm(file),
  emptied: (file) => truncate(file, 0),
  truncated: async (file) => truncate(file, Math.floor((await stat(file)).size / 2) + 100),
  'flipped bytes': async (file) => {
    const bytes = await readFile(file);
    for (let page = PAGE; page < bytes.length; page += PAGE) for (let i = 0; i < 8; i++) bytes[page + i]! ^= 0xff;
    await writeFile(file, bytes);
  },
  'another header': async (file) => {
    const handle = await open(file, 'r+');
    await handle.write(Buffer.from('this is no database of BeTrace  '), 0, 32, 0);
    await handle.close();
  },
};

/** Tables by file, and whether BeTrace restores a lost one by itself. */
const TABLES: readonly (readonly [file: string, table: string, mends: boolean])[] = [
  ['store.db', 'epochs', false],
  ['store.db', 'rules', false],
  ['store.db', 'violations', false],
  ['betrace.rules.db', 'records_0', true],
  ['betrace.spans.db', 'records_0', false],
  ['betrace.violations.db', 'records_0', false],
];

const LOSSES: Readonly<Record<string, (table: string) => string>> = {
  emptied: (table) => `DELETE FROM ${table}`,
  dropped: (table) => `DROP TABLE ${table}`,
};

const BEFORE = 40;
const AFTER = 24;

/** A damaged or missing file has no effect, or is reported with a code and its name: never silence. */
describe('after a file was', () => {
  let whole: Awaited<ReturnType<typeof storageFolder>>;
  const env = (path: string) => ({ BETRACE_STORAGE_PATH: path, BETRACE_TRACE_ROOT_GRACE: '100ms', BETRACE_TRACE_IDLE_TIMEOUT: '300ms' });
  const slow = (n: number) => ({ trace_id: `t-${n}`, span_id: `s-${n}`, name: 'request', start_time: 0, duration: 2_000_000_000 });
  const send = async (betrace: BeTrace, from: number, count: number) =>
    (await betrace.json('POST', '/v1/spans', { spans: Array.from({ length: count }, (_, n) => slow(from + n)) })).status;
  const found = async (betrace: BeTrace): Promise<number> => {
    const { body } = await betrace.json<{ violations?: { trace_id: string }[] }>('GET', '/v1/violations?limit=1000');
    return new Set(body.violations?.map(({ trace_id }) => trace_id)).size;
  };

  beforeAll(async () => {
    whole = await storageFolder();
    const betrace = await BeTrace.start({ env: env(whole.path) });
    const rule = { name: 'slow', expression: 'span.duration > 1s', severity: 'HIGH' };
    expect((await betrace.json('POST', '/v1/rules', rule)).status).toBe(201);
    expect(await send(betrace, 0, BEFORE)).toBe(202);
    await eventually('all violations', async () => ((await found(betrace)) === BEFORE ? true : undefined), 60_000);
    await betrace.stop();
  });
  afterAll(() => whole.remove());

  /** The outcome: `works`, or the report. */
  async function outcome(file: string, damage: (file: string) => Promise<void>): Promise<string> {
    const folder = await storageFolder();
    await cp(whole.path, folder.path, { recursive: true });
    await damage(join(folder.path, file));
    const betrace = await BeTrace.spawn({ env: env(folder.path) });
    let sent = false;
    try {
      return await eventually(
        `${file} to be told of`,
        async () => {
          if (betrace.process.exitCode !== null) return `exit: ${betrace.logs()}`;
          const ready = await fetch(`${betrace.url}/ready`);
          const told = await ready.text();
          if (!ready.ok && /BT_\w+/.test(told)) return `ready: ${told}`;
          if (!ready.ok) return undefined;
          sent ||= (await send(betrace, BEFORE, AFTER)) === 202;
          return sent && (await found(betrace)) === BEFORE + AFTER ? 'works' : undefined;
        },
        150_000,
      );
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${betrace.logs()}`, { cause: error });
    } finally {
      await betrace.kill();
      await folder.remove();
    }
  }

  it.each(FILES)(
    'damaged in any way: %s',
    async (file) => {
      const kinds = Object.entries(DAMAGES);
      const outcomes = await Promise.all(kinds.map(([, damage]) => outcome(file, damage)));
      for (const [i, told] of outcomes.entries()) {
        const kind = kinds[i]![0];
        if (told === 'works') continue;
        expect(`${kind}: ${told}`).toMatch(/BT_(LOG|STORE)_\w+/);
        expect(`${kind}: ${told}`).toContain(file);
        expect(`${kind}: ${told}`).toMatch(/[Rr]estore|move/);
      }
    },
    300_000,
  );

  it('without records in the middle of the log: it continues, and readiness, metrics and log report the loss', async () => {
    const folder = await storageFolder();
    await cp(whole.path, folder.path, { recursive: true });
    const before = await BeTrace.start({ env: env(folder.path) });
    expect(await send(before, BEFORE, BEFORE)).toBe(202);
    await eventually('all violations', async () => ((await found(before)) === 2 * BEFORE ? true : undefined), 60_000);
    await before.stop();
    const database = new DatabaseSync(join(folder.path, 'betrace.spans.db'));
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE name LIKE 'records%'").all();
    let deleted = 0;
    for (const { name } of tables) {
      const ends = `SELECT max(offset) FROM ${String(name)}`;
      deleted += Number(database.prepare(`DELETE FROM ${String(name)} WHERE offset = 1 AND offset < (${ends})`).run().changes);
    }
    database.close();
    expect(deleted).toBeGreaterThan(0);
    const betrace = await BeTrace.start({ env: env(folder.path) });
    try {
      const ready = await eventually(
        'readiness to tell',
        async () => {
          const answer = await fetch(`${betrace.url}/ready`);
          const told = await answer.text();
          return told.includes('BT_LOG_RECORDS_MISSING') ? { status: answer.status, told } : undefined;
        },
        60_000,
      );
      expect([ready.status, JSON.parse(ready.told)]).toEqual([200, expect.objectContaining({ status: 'degraded' })]);
      expect(ready.told).toMatch(/Records 1 to 1 of partition \d+ of betrace\.spans were deleted from .*betrace\.spans\.db/);
      expect(await send(betrace, 2 * BEFORE, AFTER)).toBe(202);
      await eventually('the rest to be judged', async () => ((await found(betrace)) === 2 * BEFORE + AFTER ? true : undefined), 60_000);
      await eventually('the count and the log of it', async () => {
        expect(await (await fetch(`${betrace.url}/metrics`)).text()).toMatch(/^betrace_spans_expired_total [1-9]/m);
        expect(betrace.logs()).toContain('BT_LOG_RECORDS_MISSING');
        return true;
      });
    } finally {
      await betrace.kill();
      await folder.remove();
    }
  });

  it.each(TABLES)(
    'without the rows of a table: %s, %s',
    async (file, table, mends) => {
      const outcomes = await Promise.all(
        Object.values(LOSSES).map((loss) =>
          outcome(file, async (path) => {
            const database = new DatabaseSync(path);
            database.exec(loss(table));
            database.close();
          }),
        ),
      );
      for (const [i, told] of outcomes.entries()) {
        const kind = Object.keys(LOSSES)[i]!;
        if (mends) expect(`${kind}: ${told}`).toBe(`${kind}: works`);
        else expect(`${kind}: ${told}`).toMatch(new RegExp(`BT_(LOG|STORE)_\\w+.*${file}[^]*([Rr]estore|move)`));
      }
      // A table of the store that was emptied does not end the process: new spans are judged.
      if (file === 'store.db')
        expect(outcomes[0]).toMatch(new RegExp(`^ready: .*BT_STORE_TABLE_EMPTIED: Another program emptied table ${table} `));
    },
    300_000,
  );
});
