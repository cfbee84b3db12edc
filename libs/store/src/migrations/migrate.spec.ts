import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Connection } from '../connection.js';
import { connectionOf, openStore } from '../open-store.js';
import { violation } from '../testing/violation.js';
import { groupId } from '../violation-groups/group-id.js';
import { migrate, newerMigrations } from './migrate.js';
import type { Migration } from './migration.js';
import { MIGRATIONS } from './migrations.js';

/** A migration of a later version: a column that it fills when it keeps a violation, and completes for rows of others. */
const lengths: Migration = {
  name: '9001-lengths',
  olderVersions: 'go on',
  up: async (database) => {
    await database.schema.alterTable('violations').addColumn('record_length', 'bigint').execute();
    await lengths.complete!(database);
  },
  complete: async (database) => {
    const { sql } = await import('kysely');
    await sql`update violations set record_length = length(json_record) where record_length is null`.execute(database);
  },
};
const NEWER = [...MIGRATIONS, lengths];

describe('a database that a newer version has migrated', () => {
  let path: string;
  let connection: Connection | undefined;
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'betrace-store-'));
  });
  afterEach(async () => {
    await connection?.database.destroy();
    await rm(path, { recursive: true });
  });
  const asNewer = async <T>(use: (newer: Connection) => Promise<T>): Promise<T> => {
    connection = await connectionOf({ kind: 'sqlite', path });
    try {
      await migrate(connection, NEWER);
      return await use(connection);
    } finally {
      await connection.database.destroy();
      connection = undefined;
    }
  };
  const kept = async (id: string): Promise<readonly string[]> => {
    const store = await openStore({ kind: 'sqlite', path });
    try {
      const { violations } = await store.violations({}, { limit: 100 });
      await store.keep({ reader: 'r', partition: 0, position: violations.length + 1, violations: [violation(id)] });
      return await store.newerMigrations();
    } finally {
      await store.close();
    }
  };
  const lengthsOf = (newer: Connection) =>
    newer.database
      .selectFrom('violations')
      .select((e) => ['id', e.ref('record_length' as 'json_record').as('length'), 'json_record'])
      .orderBy('id')
      .execute();

  it('is used by this one with a warning; its rows are completed when the newer version returns', async () => {
    expect(await kept('a')).toEqual([]);
    await asNewer(async (newer) => expect(await newerMigrations(newer.database)).toEqual(['9001-lengths']));
    expect(await kept('b')).toEqual(['9001-lengths']);
    expect(await kept('c')).toEqual(['9001-lengths']);

    const rows = await asNewer(lengthsOf);
    expect(rows.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(rows.map(({ length }) => Number(length))).toEqual(rows.map(({ json_record }) => [...json_record].length));
  });

  it('has the controls of each version of rules, also of those saved before and by an older version', async () => {
    const at = MIGRATIONS.findIndex(({ name }) => name.startsWith('0023'));
    const controls = [{ framework: 'SOC 2', control: 'CC6.1' }];
    const put = async (newer: Connection, version: number, named: readonly object[]) => {
      const json_rule = JSON.stringify({ id: 'r', json_controls: JSON.stringify(named) });
      await newer.database
        .insertInto('rule_versions')
        .values({ rule_id: 'r', version, changed_at: 1, changed_by: null, json_rule })
        .execute();
    };
    const opened = async <T>(use: (opened: Connection) => Promise<T>): Promise<T> => {
      connection = await connectionOf({ kind: 'sqlite', path });
      try {
        return await use(connection);
      } finally {
        await connection.database.destroy();
        connection = undefined;
      }
    };
    await opened(async (older) => {
      await migrate(older, MIGRATIONS.slice(0, at));
      for (let version = 1; version <= 450; version++) await put(older, version, version === 2 ? [] : controls);
      const damaged = { rule_id: 's', version: 1, changed_at: 1, changed_by: null, json_rule: '{"json_controls":"[{' };
      await older.database.insertInto('rule_versions').values(damaged).execute();
    });
    const known = async () => {
      const rows = await opened((newer) =>
        migrate(newer).then(() => newer.database.selectFrom('rule_controls').selectAll().orderBy('version').execute()),
      );
      return rows.map(({ framework, control, rule_id, version }) => `${framework} ${control} ${rule_id} ${version}`);
    };
    const before = await known();
    expect(before).toHaveLength(449);
    expect(before.slice(0, 2)).toEqual(['SOC 2 CC6.1 r 1', 'SOC 2 CC6.1 r 3']);
    await opened(async (older) => {
      await migrate(older, MIGRATIONS.slice(0, at));
      await put(older, 451, controls);
    });
    expect((await known()).slice(448)).toEqual(['SOC 2 CC6.1 r 450', 'SOC 2 CC6.1 r 451']);
  });

  it('counts groups again after a version without fingerprints used it', async () => {
    const fingerprint = { fingerprint: '1:a', operation: 'GET /a', errorKind: '' };
    const opened = async <T>(use: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>): Promise<T> => {
      const store = await openStore({ kind: 'sqlite', path });
      return use(store).finally(() => store.close());
    };
    const groups = () =>
      opened(async (store) => {
        const found = (await store.violationGroups({}, { limit: 9 }, 0)).groups;
        return found
          .map(({ service, operation, counts, firstSeen, lastSeen }) => [
            service,
            operation,
            counts.open,
            counts.retracted,
            firstSeen,
            lastSeen,
          ])
          .sort();
      });
    const keep = (...violations: ReturnType<typeof violation>[]) =>
      opened((store) => store.keep({ reader: 'r', partition: 0, position: 1, violations }));
    await keep(
      ...['a', 'b', 'c'].map((id, i) => violation(id, { fingerprint, timestampMs: 10 * (i + 1) })),
      violation('d', { fingerprint, service: 'lost', timestampMs: 40 }),
    );
    // The older version retracts a violation, counts it in the group of rule and service, keeps another, and deletes a group that looks empty.
    const file = new DatabaseSync(join(path, 'store.db'));
    file.exec(`UPDATE violations SET status = 'retracted', revision = 2 WHERE id = 'c';
      INSERT INTO violation_groups SELECT '${groupId('slow', 'shop')}', rule_id, rule_name, service, severity, 30, 30, NULL, -1, 0, 1, 0, search_text, NULL, NULL, '', '', ''
        FROM violation_groups WHERE service = 'shop';
      DELETE FROM violation_groups WHERE service = 'lost';
      UPDATE migrations SET passed_over = 1 WHERE name LIKE '0024%'`);
    file.close();
    expect(await groups()).toEqual([
      ['lost', '', 1, 0, 40, 40],
      ['shop', 'GET /a', 2, 1, 10, 20],
    ]);
    expect(await opened((store) => store.regroup(9, () => fingerprint))).toBe(1);
    expect(await groups()).toEqual([
      ['lost', 'GET /a', 1, 0, 40, 40],
      ['shop', 'GET /a', 2, 1, 10, 20],
    ]);
  });

  it('is completed once after each use by an older version', async () => {
    let completed = 0;
    const counting = [...MIGRATIONS, { ...lengths, complete: async () => void completed++ }];
    const counted = async () => {
      connection = await connectionOf({ kind: 'sqlite', path });
      await migrate(connection, counting);
      await connection.database.destroy();
      connection = undefined;
      return completed;
    };
    expect([await counted(), await counted()]).toEqual([0, 0]);
    await kept('a');
    expect([await counted(), await counted()]).toEqual([1, 1]);
  });

  it('is refused by this one if the migration does not allow older versions', async () => {
    connection = await connectionOf({ kind: 'sqlite', path });
    await migrate(connection, [...MIGRATIONS, lengths, { name: '9002-renamed', up: async () => {} }]);
    await connection.database.destroy();
    connection = undefined;
    await expect(openStore({ kind: 'sqlite', path })).rejects.toThrow(/BT_STORE_NEWER_SCHEMA.*9002-renamed/);
  });

  it('is refused for any unknown migration if its table lacks `older_versions`, as with the first versions', async () => {
    connection = await connectionOf({ kind: 'sqlite', path });
    await migrate(connection, MIGRATIONS.slice(0, 17));
    await connection.database.insertInto('migrations').values({ name: '9003-later' }).execute();
    await connection.database.destroy();
    connection = undefined;
    await expect(openStore({ kind: 'sqlite', path })).rejects.toThrow(/BT_STORE_NEWER_SCHEMA.*9003-later/);
  });
});
