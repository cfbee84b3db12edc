import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CompiledQuery, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { openPostgres } from '../../libs/store/src/postgres/connection.js';
import type { Schema } from '../../libs/store/src/schema.js';
import { SqlStore } from '../../libs/store/src/sql-store.js';
import { violationGroups } from '../../libs/store/src/violation-groups/group-query.js';
import type { ViolationGroupFilter } from '../../libs/store/src/violation-groups/violation-group.js';
import { countAll } from '../../libs/store/src/violations/count/count-all.js';
import { violationsSince } from '../../libs/store/src/violations/violation-sequence.js';
import { describePostgres } from './describe-postgres.js';

const GROUPS = 20_000;
const VIOLATIONS = 40_000;
const START = 1_790_000_000_000;
const NOW = START + GROUPS * 60_000;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

await describePostgres('groups of violations', (emptyUrl) => {
  let store: SqlStore;
  let database: Kysely<Schema>;
  let asked: CompiledQuery[] = [];

  beforeAll(async () => {
    const url = await emptyUrl();
    store = new SqlStore(openPostgres({ kind: 'postgres', url, connections: 2 }));
    await store.migrate();
    const pool = new pg.Pool({ connectionString: url, max: 1 });
    // The server closes its connections when it stops.
    pool.on('error', () => undefined);
    database = new Kysely<Schema>({
      dialect: new PostgresDialect({ pool }),
      log: ({ query }) => {
        asked.push(query);
      },
    });
    // One group a minute, of 200 rules and 100 services; one in a hundred is CRITICAL.
    await execute(`insert into violation_groups select 'grp-' || n, 'rule-' || n % 200, 'Rule', 'service-' || n / 200,
      case when n % 100 = 0 then 'CRITICAL' else 'LOW' end, ${START} + n * 60000, ${START} + n * 60000, case when n % 50 = 0 then ${START} + n * 60000 end,
      2, 0, 0, 0, 'rule' from generate_series(1, ${GROUPS}) n`);
    await execute(`insert into violations select 'v' || n, 1, 'open', 'rule-' || (n / 2) % 200, 'Rule', 'LOW', 'trace-' || n, md5(n::text), left(md5(n::text), 16),
      'service-' || (n / 2) / 200, ${START} + n * 30000, '{}' from generate_series(1, ${VIOLATIONS}) n`);
    await execute(`update violations set sequence = (timestamp_ms - ${START}) / 30000`);
    await execute('analyze violations');
    await execute('analyze violation_groups');
  }, 120_000);

  afterAll(async () => {
    await database?.destroy();
    await store?.close();
  });

  const execute = async (text: string, parameters: readonly unknown[] = []) =>
    (await database.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text, [...parameters]))).rows;

  /** PostgreSQL's plan of the second page, without the total count, which has to scan everything for a filter that selects all. */
  async function plan(filter: ViolationGroupFilter): Promise<{ nodes: string[]; indexes: string[] }> {
    return plansOf(() => {
      const cursor = Buffer.from(JSON.stringify([NOW, 'z'])).toString('base64url');
      return violationGroups(database, filter, { limit: 50, after: cursor }, NOW, async (of) => (await countAll(database, of)).total);
    });
  }

  async function plansOf(ask: () => Promise<unknown>): Promise<{ nodes: string[]; indexes: string[] }> {
    asked = [];
    await ask();
    const found: PlanNode[] = [];
    for (const { sql, parameters } of asked.filter(({ sql: text }) => !text.includes('"total"'))) {
      const [row] = await execute(`explain (format json) ${sql}`, parameters);
      const [{ Plan }] = row!['QUERY PLAN'] as [{ Plan: PlanNode }];
      found.push(...flat(Plan));
    }
    return { nodes: found.map((node) => node['Node Type']), indexes: found.flatMap((node) => node['Index Name'] ?? []) };
  }

  it.each<[string, ViolationGroupFilter, string]>([
    ['the default filter', { status: 'open' }, 'violation_groups_by_time'],
    ['a rule', { status: 'open', ruleId: 'rule-7' }, 'violation_groups_by_rule_id'],
    ['a service', { status: 'open', service: 'service-7' }, 'violation_groups_by_service'],
    ['a severity', { status: 'open', severity: ['CRITICAL'] }, 'violation_groups_by_'],
    ['new ones', { status: 'open', state: 'new' }, 'violation_groups_by_time'],
    ['regressed groups', { status: 'open', state: 'regressed' }, 'violation_groups_by_time'],
    ['a time', { status: 'open', startTime: NOW - 300_000 }, 'violations_'],
  ])('are found by an index: %s', async (_, filter, index) => {
    const { nodes, indexes } = await plan(filter);
    expect(nodes).not.toContain('Seq Scan');
    expect(indexes).toEqual(expect.arrayContaining([expect.stringMatching(index)]));
  });

  it.each([{}, { status: 'open' as const }, { ruleId: 'rule-7', severity: ['LOW'] }])(
    'violations stored since are found by their number: %j',
    async (filter) => {
      const range = { after: VIOLATIONS - 60, until: VIOLATIONS, limit: 100 };
      const { nodes, indexes } = await plansOf(() => violationsSince(database, filter, range));
      expect(nodes).not.toContain('Seq Scan');
      expect(indexes).toContain('violations_by_sequence');
    },
  );
});

function flat(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flat)];
}
