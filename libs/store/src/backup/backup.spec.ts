import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { migrate } from '../migrations/migrate.js';
import type { Migration } from '../migrations/migration.js';
import { MIGRATIONS } from '../migrations/migrations.js';
import { connectionOf, openStore } from '../open-store.js';
import type { SqliteStoreSettings } from '../settings.js';
import type { Store } from '../store.js';
import { rule } from '../testing/rule.js';
import { violation } from '../testing/violation.js';
import { type BackupLines, restoreBackup } from './restore-backup.js';
import { backupLines } from './write-backup.js';

const HOSTILE = 'NUL \u0000, 😀, line \u2028 end\n"\\';
const KEEPER = 'keep';

const all = async (lines: AsyncIterable<string>): Promise<readonly string[]> => {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
};

describe('a backup of SQLite', () => {
  let folder: string;
  let from: SqliteStoreSettings & { path: string };
  let into: SqliteStoreSettings & { path: string };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'betrace-backup-'));
    [from, into] = ['from', 'into'].map((name) => ({ kind: 'sqlite' as const, path: join(folder, name) })) as [typeof from, typeof into];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const using = async <T>(settings: SqliteStoreSettings, use: (store: Store) => Promise<T>): Promise<T> => {
    const store = await openStore(settings);
    try {
      return await use(store);
    } finally {
      await store.close();
    }
  };
  const fill = (settings: SqliteStoreSettings) =>
    using(settings, async (store) => {
      for (let n = 0; n < 31; n += 1)
        await store.putRule(rule(`r${n % 3}`, { description: `${n}`, message: HOSTILE }), n, undefined, 'ada');
      await store.putRule(rule('gone'), 5);
      await store.deleteRule('gone', 6);
      const violations = Array.from({ length: 1_200 }, (_, n) => violation(`v${n}`, { spanId: `${n}`, service: HOSTILE }));
      await store.keep({ reader: KEEPER, partition: 0, position: 1_200, violations });
      await store.keep({
        reader: KEEPER,
        partition: 0,
        position: 1_201,
        violations: [violation('v0', { revision: 2, status: 'retracted' })],
      });
      await store.addSignatureKey({ id: 'k', origin: 'configured', publicKey: undefined, since: 1 } as never);
    });
  const lines = async (settings: SqliteStoreSettings): Promise<readonly string[]> =>
    (await all(backupLines(settings, 7))).map((line) => line.slice(0, -1));
  const reading = (text: readonly string[]): BackupLines =>
    async function* () {
      yield* text;
    };
  const restore = (text: readonly string[], replace = false) => restoreBackup(into, reading(text), { file: 'b.ndjson', replace });
  /** Appends the closing line that matches a header and rows. */
  const ended = (text: readonly string[]): readonly string[] => {
    const rows: Record<string, number> = {};
    for (const line of text.slice(1)) {
      const [table] = JSON.parse(line) as [string];
      rows[table] = (rows[table] ?? 0) + 1;
    }
    const sha256 = createHash('sha256')
      .update(text.map((line) => `${line}\n`).join(''))
      .digest('hex');
    return [...text, JSON.stringify({ end: true, rows, sha256 })];
  };
  const rows = (text: readonly string[]) => text.slice(1, -1).filter((line) => !line.startsWith('["violation_sequence"'));

  it('restores every row, and tells readers of violation numbers that these changed', async () => {
    await fill(from);
    const written = await lines(from);
    expect(await restore(written)).toMatchObject({ rules: 3, rule_versions: 33, violations: 1_200 });
    expect(rows(await lines(into))).toEqual(rows(written));
    const sequences = await Promise.all([from, into].map((of) => using(of, (store) => store.violationSequence())));
    expect(sequences[0]?.last).toBe(sequences[1]?.last);
    expect(sequences[0]?.origin).not.toBe(sequences[1]?.origin);
    await using(into, async (store) => {
      expect((await store.rule('r0'))?.message).toBe(HOSTILE);
      expect((await store.ruleVersions('gone')).map(({ version, rule: was }) => [version, was === undefined])).toEqual([
        [2, true],
        [1, false],
      ]);
      expect((await store.violation('v0'))?.status).toBe('retracted');
      // Reading from the beginning of the log keeps no violation twice.
      expect(await store.position(KEEPER, 0)).toBe(0);
      await store.keep({ reader: KEEPER, partition: 0, position: 1, violations: [violation('v1', { spanId: '1', service: HOSTILE })] });
      expect((await store.violations({}, { limit: 1 })).total).toBe(1_200);
    });
  });

  it('is one snapshot, and does not block writers', async () => {
    await fill(from);
    const source = backupLines(from, 7);
    const text: string[] = [];
    for await (const line of source) {
      text.push(line.slice(0, -1));
      if (text.length === 2) await using(from, (store) => store.putRule(rule('later'), 9));
    }
    expect(text.some((line) => line.includes('"later"'))).toBe(false);
    expect((await lines(from)).some((line) => line.includes('"later"'))).toBe(true);
    await restore(text);
  });

  it('refuses a database with data, unless it is replaced completely', async () => {
    await fill(from);
    const written = await lines(from);
    await using(into, (store) => store.putRule(rule('other'), 1));
    await expect(restore(written)).rejects.toMatchObject({ code: 'BT_STORE_NOT_EMPTY' });
    expect(await using(into, (store) => store.rule('other'))).toBeDefined();
    await restore(written, true);
    expect(rows(await lines(into))).toEqual(rows(written));
    await using(into, async (store) => {
      expect(await store.rule('other')).toBeUndefined();
      expect(await store.check()).toBeUndefined();
    });
  });

  it('that is damaged in any way restores nothing, and leaves the database unchanged', async () => {
    await using(from, async (store) => {
      await store.putRule(rule('a'), 1);
      await store.keep({ reader: KEEPER, partition: 0, position: 1, violations: [violation('v')] });
    });
    const written = await lines(from);
    await using(into, (store) => store.putRule(rule('other'), 1));
    const kept = rows(await lines(into));
    const changed = (at: number, to: string) => written.map((line, i) => (i === at ? to : line));
    const cases: [string, readonly string[]][] = [
      ['nothing', []],
      ['text', ['hello']],
      ['a header alone', written.slice(0, 1)],
      ['JSON of something else', ['{"rules":[]}']],
      ['no end', written.slice(0, -1)],
      ['two ends', [...written, written.at(-1) ?? '']],
      ['more after the end', [...written, '["rules",{}]']],
      ['a newer format', changed(0, (written[0] ?? '').replace('"version":1', '"version":2'))],
      ['an unknown table', ended(changed(1, '["migrations",{"name":"x"}]').slice(0, -1))],
      ...written.map((line, i): [string, readonly string[]] => [`line ${i} changed`, changed(i, line.replace(/[a-z](?=[^a-z]*$)/, 'Z'))]),
      ...written.map((_, i): [string, readonly string[]] => [`line ${i} missing`, written.filter((_line, at) => at !== i)]),
      ...written.map((line, i): [string, readonly string[]] => [`cut off in line ${i}`, [...written.slice(0, i), line.slice(0, -3)]]),
    ];
    for (const [name, text] of cases) {
      const outcome = await restore(text, true).then(
        () => 'restored',
        (error: { code?: string }) => error.code,
      );
      expect([name, outcome]).toEqual([name, 'BT_STORE_BACKUP_DAMAGED']);
    }
    expect(rows(await lines(into))).toEqual(kept);
  });

  it('with a row that the database refuses restores nothing', async () => {
    await fill(from);
    const text = (await lines(from)).slice(0, -1);
    const twice = text.find((line) => line.startsWith('["signature_keys"')) ?? '';
    await using(into, (store) => store.putRule(rule('other'), 1));
    await expect(restore(ended([...text, twice]), true)).rejects.toMatchObject({ name: 'StoreError' });
    expect(await using(into, (store) => store.rule('other'))).toBeDefined();
  });

  it('of an older version is restored and migrated; of a newer one it is refused', async () => {
    await using(from, async (store) => {
      await store.putRule(rule('a'), 1);
      await store.keep({ reader: KEEPER, partition: 0, position: 1, violations: [violation('v')] });
    });
    const written = await lines(from);
    const of = (schema: string) => {
      const header = { ...(JSON.parse(written[0] ?? '') as object), schema };
      return ended([JSON.stringify(header), ...written.slice(1, -1).map(withoutControls)]);
    };
    // Rules stored before controls, test cases and evidence existed. Violations had no version and no group, epochs no beginning.
    const withoutControls = (line: string) => {
      if (line.startsWith('["violations"')) return line.replace(',"rule_version":null', '').replace(',"group_id":null', '');
      if (line.startsWith('["epochs"')) return line.replace(',"from_beginning":0', '');
      if (line.startsWith('["violation_groups"')) return line.replace(',"fingerprint":"","operation":"","error_kind":""', '');
      const members = [',"json_controls":"[]"', ',"emit_evidence":0', ',"json_tests":"[]"'];
      return line.startsWith('["rules"') ? members.reduce((less, member) => less.replace(member, ''), line) : line;
    };
    expect(written.map(withoutControls)).not.toEqual(written);
    await restore(of('0014-rules-in-shadow'));
    expect(await lines(into)).toHaveLength(written.length);
    expect(JSON.parse((await lines(into))[0] ?? '')).toMatchObject({ schema: MIGRATIONS.at(-1)?.name });
    await expect(restore(of('9999-to-come'), true)).rejects.toMatchObject({ code: 'BT_STORE_BACKUP_NEWER' });
  });

  it('is not restored over the tables of a newer version, because its next migration could not create them', async () => {
    await fill(from);
    const written = await lines(from);
    await using(into, (store) => store.putRule(rule('other'), 1));
    const connection = await connectionOf(into);
    const up: Migration['up'] = (database) => database.schema.createTable('to_come').addColumn('id', 'text').execute();
    await migrate(connection, [...MIGRATIONS, { name: '9999-to-come', olderVersions: 'go on', up }]);
    await connection.database.destroy();
    await expect(restore(written, true)).rejects.toMatchObject({ code: 'BT_STORE_RESTORE_INTO_NEWER' });
    expect(await using(into, (store) => store.rule('other'))).toBeDefined();
  });

  it('reports a missing database, and creates none', async () => {
    await expect(lines(from)).rejects.toMatchObject({ code: 'BT_STORE_NOTHING_THERE' });
    expect(existsSync(from.path)).toBe(false);
    // A database that no version has used yet.
    const connection = await connectionOf(from);
    await sql`create table of_somebody (id text)`.execute(connection.database);
    await connection.database.destroy();
    await expect(lines(from)).rejects.toMatchObject({ code: 'BT_STORE_NOTHING_THERE' });
    await expect(all(backupLines({ kind: 'sqlite' }, 7))).rejects.toMatchObject({ code: 'BT_STORE_NOTHING_THERE' });
  });
});
