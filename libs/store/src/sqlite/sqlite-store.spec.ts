import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { openStore } from '../open-store.js';
import { describeStore, violation } from '../store.contract.js';
import type { Store } from '../store.js';

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
    database.exec("INSERT INTO migrations VALUES ('9999-later')");
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
  ])('says what is damaged, and is not well from then on: %s', async (what, damage, query) => {
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

  it('names a path that cannot be written, and the setting', async () => {
    writeFileSync(join(path, 'file'), '');
    await expect(openStore({ kind: 'sqlite', path: join(path, 'file', 'x') })).rejects.toThrow(
      /BT_STORE_NOT_WRITABLE.*file.*BETRACE_STORAGE_PATH/,
    );
  });

  // Only Linux has a folder in which not even root can make anything.
  (existsSync('/proc/self') ? it : it.skip)('refuses at once a path below /proc, where nothing can be made', async () => {
    await expect(openStore({ kind: 'sqlite', path: '/proc/betrace/store' })).rejects.toThrow(/BT_STORE_NOT_WRITABLE/);
  });

  it('says that a file is no database of its own', async () => {
    writeFileSync(join(path, 'store.db'), Buffer.alloc(20_000, 'no database '));
    await expect(openStore({ kind: 'sqlite', path })).rejects.toThrow(/BT_STORE_CORRUPT.*store\.db/);
  });

  it('uses an index for every filter', async () => {
    await (await openStore({ kind: 'sqlite', path })).close();
    const database = new DatabaseSync(join(path, 'store.db'));
    for (const column of ['rule_id', 'severity', 'service', 'status', 'span_id']) {
      const plan = database
        .prepare(`EXPLAIN QUERY PLAN SELECT * FROM violations WHERE ${column} = ? ORDER BY timestamp_ms DESC, id DESC LIMIT 10`)
        .all('x')
        .map(({ detail }) => String(detail));
      expect(plan).toEqual([expect.stringContaining(`INDEX violations_by_${column}`)]);
    }
    database.close();
  });
});
