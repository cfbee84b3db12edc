import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CompiledQuery, Kysely } from 'kysely';
import { runMigrations } from '../migrations/migrate.js';
import type { Schema } from '../schema.js';
import { NodeSqliteDialect } from '../sqlite/node-sqlite.js';
import { countAll } from '../violations/count-all.js';
import { violationGroups } from './group-query.js';
import type { ViolationGroupFilter } from './violation-group.js';

const NOW = 1_790_000_000_000;
const CURSOR = Buffer.from(JSON.stringify([NOW, 'grp-x'])).toString('base64url');

describe('the plans of SQLite for groups', () => {
  const sqlite = new DatabaseSync(':memory:');
  let asked: CompiledQuery[] = [];
  const database = new Kysely<Schema>({
    dialect: new NodeSqliteDialect(sqlite),
    log: ({ query }) => {
      asked.push(query);
    },
  });
  beforeAll(() => database.transaction().execute((transaction) => runMigrations(transaction, 'in memory')));
  afterAll(() => database.destroy());

  /** SQLite's query plan of a page. */
  async function plans(filter: ViolationGroupFilter): Promise<string[]> {
    asked = [];
    await violationGroups(database, filter, { limit: 50, after: CURSOR }, NOW, async (of) => (await countAll(database, of)).total);
    return asked.flatMap(({ sql, parameters }) =>
      sqlite
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...(parameters as (string | number)[]))
        .map(({ detail }) => String(detail)),
    );
  }

  it.each<[string, ViolationGroupFilter, RegExp]>([
    ['what is asked by default', { status: 'open' }, /violation_groups_by_time/],
    ['a rule', { status: 'open', ruleId: 'a' }, /violation_groups_by_rule_id/],
    ['a service', { status: 'open', service: 'a' }, /violation_groups_by_service/],
    ['new ones', { status: 'open', state: 'new' }, /violation_groups_by_time \(last_seen>/],
    ['those that came back', { state: 'regressed' }, /violation_groups_by_time \(last_seen>/],
    ['those that nobody knows of and nobody muted', { acknowledged: false, muted: false }, /mutes_by_rule/],
    ['a time', { status: 'open', startTime: 5, endTime: 9 }, /violations .*USING COVERING INDEX violations_by_group/],
  ])('use an index in its order: %s', async (_, filter, index) => {
    const found = await plans(filter);
    expect(found).toContainEqual(expect.stringMatching(index));
    expect(found.filter((detail) => /TEMP B-TREE|SCAN violations\b/.test(detail))).toEqual([]);
  });
});
