import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CompiledQuery, Kysely } from 'kysely';
import { runMigrations } from '../migrations/migrate.js';
import type { Schema } from '../schema.js';
import { NodeSqliteDialect } from '../sqlite/node-sqlite-dialect.js';
import { countAll } from '../violations/count/count-all.js';
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

  it('find the group of a violation without reading the others', async () => {
    const keys =
      'rule_id, rule_name, severity, service, fingerprint, operation, error_kind, search_text, open, undecided, retracted, pruned, first_seen, last_seen';
    sqlite.exec(`INSERT INTO violation_groups (id, ${keys}) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
      SELECT 'grp-' || i, 'r', 'R', 'LOW', 's', 'f' || i, 'o', '', '', 1, 0, 0, 0, i, i FROM n`);
    sqlite.exec(`INSERT INTO violations (id, revision, status, rule_id, rule_name, severity, trace_id, wire_trace_id, span_id, service, timestamp_ms, first_offset,
      json_record, search_text, group_id) VALUES ('v', 1, 'open', 'r', 'R', 'LOW', 't', 't', 's', 's', 1, 0, '{}', '', 'grp-7')`);
    try {
      asked = [];
      const page = (filter: ViolationGroupFilter, signal?: AbortSignal) =>
        violationGroups(database, filter, { limit: 50, ...(signal === undefined ? {} : { signal }) }, NOW, async () => 1);
      expect(await page({ violationId: 'v' })).toMatchObject({ total: 1, groups: [{ id: 'grp-7' }] });
      expect(asked).toHaveLength(3);
      expect((await page({})).total).toBe(5_000);
      asked = [];
      await page({}, AbortSignal.abort());
      expect(asked.length).toBeLessThanOrEqual(2);
    } finally {
      sqlite.exec('DELETE FROM violation_groups; DELETE FROM violations');
    }
  });

  it.each<[string, ViolationGroupFilter, RegExp]>([
    ['the default filter', { status: 'open' }, /violation_groups_by_time/],
    ['a rule', { status: 'open', ruleId: 'a' }, /violation_groups_by_rule_id/],
    ['a service', { status: 'open', service: 'a' }, /violation_groups_by_service/],
    ['new ones', { status: 'open', state: 'new' }, /violation_groups_by_time \(last_seen>/],
    ['regressed groups', { state: 'regressed' }, /violation_groups_by_time \(last_seen>/],
    ['groups neither acknowledged nor muted', { acknowledged: false, muted: false }, /mutes_by_rule/],
    ['a time', { status: 'open', startTime: 5, endTime: 9 }, /violations .*USING COVERING INDEX violations_by_group/],
  ])('use an index in its order: %s', async (_, filter, index) => {
    const found = await plans(filter);
    expect(found).toContainEqual(expect.stringMatching(index));
    expect(found.filter((detail) => /TEMP B-TREE|SCAN violations\b/.test(detail))).toEqual([]);
  });
});
