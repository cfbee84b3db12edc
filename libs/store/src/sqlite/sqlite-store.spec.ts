import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { openStore } from '../open-store.js';
import { describeStore } from '../store.contract.js';
import type { Store } from '../store.js';
import { FILLED, type FilledTable } from '../tables/filled-tables.js';
import { violation } from '../testing/violation.js';

const directory = (): string => mkdtempSync(join(tmpdir(), 'betrace-store-'));

describeStore('SQLite in memory', () => openStore({ kind: 'sqlite' }));
describeStore('SQLite on disk', () => openStore({ kind: 'sqlite', path: directory() }));

describe('SQLite', () => {
  let path: string;
  beforeEach(() => {
    path = directory();
  });

  const rule = {
    id: 'a',
    name: 'A',
    description: '',
    expression: 'span.is_root',
    severity: 'LOW' as const,
    tags: [],
    enabled: true,
    message: null,
    onError: 'no_match' as const,
  };

  it('keeps rules over a restart', async () => {
    const first = await openStore({ kind: 'sqlite', path: join(path, 'new') });
    await first.putRule(rule, 1);
    await first.close();
    const second = await openStore({ kind: 'sqlite', path: join(path, 'new') });
    expect(await second.rules()).toHaveLength(1);
    expect(await second.latestEpoch()).toBe(1);
    await second.close();
  });

  it('is migrated once', async () => {
    const first = await openStore({ kind: 'sqlite', path });
    const second = await openStore({ kind: 'sqlite', path });
    await first.putRule(rule, 1);
    await second.putRule({ ...rule, id: 'b' }, 2);
    expect(await first.latestEpoch()).toBe(2);
    await Promise.all([first.close(), second.close()]);
  });

  it('refuses a database that a newer version migrated', async () => {
    await (await openStore({ kind: 'sqlite', path })).close();
    const database = new DatabaseSync(join(path, 'store.db'));
    database.exec("INSERT INTO migrations (name) VALUES ('9999-later')");
    database.close();
    await expect(openStore({ kind: 'sqlite', path })).rejects.toThrow(/BT_STORE_NEWER_SCHEMA.*store\.db.*9999-later/);
  });

  it.each<[string, string, (store: Store) => Promise<unknown>]>([
    ['the tags of rule a', "UPDATE rules SET json_tags = '{'", (store) => store.rules()],
    ['the tags of rule a', "UPDATE rules SET json_tags = '{'", (store) => store.rule('a')],
    ['version 1 of rule a', "UPDATE rule_versions SET json_rule = 'x'", (store) => store.ruleVersions('a')],
    ['rule set 1', "UPDATE epochs SET json_record = ''", (store) => store.unpublishedEpochs()],
    ['rule set 1', "UPDATE epochs SET json_record = ''", (store) => store.ruleSet()],
    ['the record of violation v', "UPDATE violations SET json_record = 'x'", (store) => store.violations({}, { limit: 1 })],
    ['the record of violation v', "UPDATE violations SET json_record = 'x'", (store) => store.violation('v')],
    ['too large', 'UPDATE rules SET updated_at = 4611686018427387904', (store) => store.rule('a')],
  ])('reports damage, and stays unhealthy: %s', async (what, damage, query) => {
    const store = await openStore({ kind: 'sqlite', path });
    await store.putRule(rule, 1);
    await store.keep({ reader: 'r', partition: 0, position: 1, violations: [violation('v')] });
    await store.check();
    const database = new DatabaseSync(join(path, 'store.db'));
    database.exec(damage);
    database.close();
    await expect(query(store)).rejects.toThrow(new RegExp(`BT_STORE_CORRUPT.*store\\.db.*${what}`));
    await expect(store.check()).rejects.toThrow(/BT_STORE_CORRUPT/);
    await store.close();
  });

  it('finds violations stored before searches existed by names and ids', async () => {
    const store = await openStore({ kind: 'sqlite', path });
    await store.keep({ reader: 'r', partition: 0, position: 1, violations: [violation('v', { ruleName: 'Slow 100%', text: 'message' })] });
    const found = async (text: string) => (await store.violations({ text }, { limit: 1 })).total;
    expect([await found('slow 100%'), await found('MESSAGE')]).toEqual([1, 1]);
    const database = new DatabaseSync(join(path, 'store.db'));
    database.exec('UPDATE violations SET search_text = NULL');
    database.close();
    expect([await found('slow 100%'), await found('SHOP'), await found('00F067'), await found('message'), await found('slow_1')]).toEqual([
      1, 1, 1, 0, 0,
    ]);
    await store.close();
  });

  it('groups violations stored before groups existed', async () => {
    const store = await openStore({ kind: 'sqlite', path });
    const violations = Array.from({ length: 1_300 }, (_, i) =>
      violation(`v${i}`, {
        service: `service ${i % 600}`,
        timestampMs: 1_000 + i,
        ruleName: `Rule ${i}`,
        status: i % 600 < 5 && i > 600 ? 'retracted' : 'open',
      }),
    );
    await store.keep({ reader: 'r', partition: 0, position: 1, violations });
    const groups = () =>
      openStore({ kind: 'sqlite', path }).then((one) => one.violationGroups({}, { limit: 1_000 }, 0).finally(() => one.close()));
    const kept = await groups();
    expect(kept.total).toBe(600);
    const database = new DatabaseSync(join(path, 'store.db'));
    database.exec(`DROP TABLE violation_groups; DROP INDEX violations_by_group; DROP INDEX violations_by_group_id; DROP INDEX violations_to_group;
      ALTER TABLE violations DROP COLUMN group_id; DELETE FROM filled_tables WHERE name = 'violation_groups';
      DROP TABLE marks; DROP TABLE mutes;
      DELETE FROM migrations WHERE name IN ('0011-violation-groups', '0013-marks', '0024-fingerprints-of-groups')`);
    database.close();
    expect(await groups()).toEqual(kept);
    await store.close();
  });

  it.each(['severity', 'service', 'rule_id'])('counts by %s from an index alone', async (column) => {
    await (await openStore({ kind: 'sqlite', path })).close();
    const database = new DatabaseSync(join(path, 'store.db'));
    const counting = `SELECT ${column}, (timestamp_ms - 5) / 7, count(*) FROM violations
      WHERE status = 'open' AND timestamp_ms >= 5 AND timestamp_ms < 500 GROUP BY 1, 2`;
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${counting}`).all();
    database.close();
    expect(plan.map(({ detail }) => detail)).toContainEqual(expect.stringContaining('USING COVERING INDEX violations_counted'));
  });

  describe('a table that is emptied or dropped while BeTrace is down', () => {
    const QUERIES: Readonly<Record<FilledTable, (store: Store) => Promise<unknown>>> = {
      rules: (store) => store.rules(),
      rule_versions: (store) => store.putRule({ ...rule, description: 'changed' }, 3),
      rule_controls: (store) => store.controlledRules(),
      epochs: (store) => store.adoptRules([], 1, 3),
      violations: (store) => store.violations({}, { limit: 1 }),
      violation_revisions: (store) => store.violationRevisions('v'),
      closed_traces: (store) => store.closedTraces(0, 1),
      marks: (store) => store.marks('v', { limit: 1 }),
      mutes: (store) => store.mutes({}, { limit: 1 }),
      violation_sequence: (store) => store.violationSequence(),
      violation_groups: (store) => store.violationGroups({}, { limit: 1 }, 0),
      positions: (store) => store.check(),
      exports: (store) => store.check(),
      notifications: (store) => store.check(),
      signature_keys: (store) => store.check(),
    };
    const run = (sql: string): void => {
      const database = new DatabaseSync(join(path, 'store.db'));
      database.exec(sql);
      database.close();
    };
    beforeEach(async () => {
      const store = await openStore({ kind: 'sqlite', path });
      await store.putRule({ ...rule, controls: [{ framework: 'SOC 2', control: 'CC6.1' }] }, 1);
      await store.keep({ reader: 'r', partition: 0, position: 1, violations: [violation('v'), violation('v', { revision: 2 })] });
      await store.keepClosedTraces([{ hour: 1, partition: 0, epoch: 1, first: 0, counts: [1] }]);
      await store.addMark('v', { kind: 'note', at: 1, by: 'a', note: 'b' });
      await store.addMute({ id: 'm', ruleId: 'a', at: 1, by: 'a', until: 2 }, 1);
      await store.exported('otlp', new Map([[0, 1]]), [violation('v')]);
      await store.notified('oncall', new Map([[0, 1]]), [violation('v')]);
      await store.addSignatureKey({ id: 'k', origin: 'kept', since: 1 });
      await store.close();
    });

    it.each(FILLED)('%s: is reported at every start and in readiness, until it is restored', async (table) => {
      run(`DELETE FROM ${table}`);
      for (let start = 0; start < 2; start++) {
        const store = await openStore({ kind: 'sqlite', path });
        const told = new RegExp(
          `BT_STORE_TABLE_EMPTIED: Another program emptied table ${table} of the database .*store\\.db.*[Rr]estore.*DELETE FROM filled_tables`,
        );
        await expect(store.check()).rejects.toThrow(told);
        await expect(QUERIES[table](store)).rejects.toThrow(told);
        // Other work continues, and does not clear the error: new rows do not replace the lost ones.
        await store.keep({ reader: 'r', partition: 0, position: 2, violations: [violation(`v${start}`)] });
        await store.addSignatureKey({ id: 'k2', origin: 'kept', since: 2 });
        await store.close();
      }
      run(`DELETE FROM filled_tables WHERE name = '${table}'`);
      const store = await openStore({ kind: 'sqlite', path });
      await expect(store.check()).resolves.toBeUndefined();
      await store.close();
    });

    it.each(FILLED)('%s: emptied while it runs, is reported by the next readiness check', async (table) => {
      const store = await openStore({ kind: 'sqlite', path });
      await store.check();
      run(`DELETE FROM ${table}`);
      await expect(store.check()).rejects.toMatchObject({ code: 'BT_STORE_TABLE_EMPTIED', status: 503 });
      await store.close();
    });

    it.each([...FILLED, 'filled_tables'])('%s: a dropped one ends the start with its name', async (table) => {
      run(`DROP TABLE ${table}`);
      await expect(openStore({ kind: 'sqlite', path })).rejects.toThrow(
        new RegExp(
          `BT_STORE_CORRUPT.*store\\.db is damaged .*table ${table === 'filled_tables' ? 'rules' : table}.*no such table.*restore`,
        ),
      );
    });

    it.each(['DELETE FROM migrations', 'DROP TABLE migrations', "DELETE FROM migrations WHERE name > '0003'"])(
      'migrations, which would run again: %s',
      async (damage) => {
        run(damage);
        await expect(openStore({ kind: 'sqlite', path })).rejects.toThrow(
          /BT_STORE_CORRUPT.*store\.db is damaged .*the table migrations.*restore/,
        );
      },
    );

    it('tables that BeTrace empties itself are not reported', async () => {
      const store = await openStore({ kind: 'sqlite', path });
      await store.deleteRule('a', 2);
      expect(await store.prune(Number.MAX_SAFE_INTEGER)).toBe(1);
      await store.close();
      const again = await openStore({ kind: 'sqlite', path });
      await expect(again.check()).resolves.toBeUndefined();
      await again.close();
    });

    it('notes the filled tables of a version that noted none', async () => {
      run("DROP TABLE filled_tables; DELETE FROM migrations WHERE name = '0007-filled-tables'");
      await (await openStore({ kind: 'sqlite', path })).close();
      run('DELETE FROM rules');
      const store = await openStore({ kind: 'sqlite', path });
      await expect(store.rules()).rejects.toThrow(/BT_STORE_TABLE_EMPTIED: Another program emptied table rules/);
      await store.close();
    });
  });

  it('names a path that cannot be written, and the setting', async () => {
    writeFileSync(join(path, 'file'), '');
    await expect(openStore({ kind: 'sqlite', path: join(path, 'file', 'x') })).rejects.toThrow(
      /BT_STORE_NOT_WRITABLE.*file.*BETRACE_STORAGE_PATH/,
    );
  });

  it.each([
    ['a database that may only be read', 'store.db', 0o400],
    ['a directory in which no file may be created', '', 0o500],
  ])('refuses at its start %s', async (_, file, mode) => {
    await (await openStore({ kind: 'sqlite', path })).close();
    chmodSync(join(path, file), mode);
    await withoutPrivileges(path, async () => {
      await expect(openStore({ kind: 'sqlite', path })).rejects.toThrow(/BT_STORE_NOT_WRITABLE.*store\.db.*BETRACE_STORAGE_PATH/);
    });
    chmodSync(path, 0o700);
  });

  // Only Linux has a directory in which not even root can create a file.
  (existsSync('/proc/self') ? it : it.skip)('refuses at once a path below /proc, where nothing can be created', async () => {
    await expect(openStore({ kind: 'sqlite', path: '/proc/betrace/store' })).rejects.toThrow(/BT_STORE_NOT_WRITABLE/);
  });

  it('reports a file that is not a database of BeTrace', async () => {
    writeFileSync(join(path, 'store.db'), Buffer.alloc(20_000, 'no database '));
    await expect(openStore({ kind: 'sqlite', path })).rejects.toThrow(/BT_STORE_CORRUPT.*store\.db/);
  });
});

/** Runs as a user who owns only the directory: root may write anywhere. */
async function withoutPrivileges(directory: string, work: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) return work();
  const nobody = 65_534;
  for (const file of ['', ...readdirSync(directory)]) chownSync(join(directory, file), nobody, nobody);
  process.seteuid!(nobody);
  try {
    await work();
  } finally {
    process.seteuid!(0);
  }
}
