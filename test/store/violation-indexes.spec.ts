import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CompiledQuery, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { openPostgres } from '../../libs/store/src/postgres/connection.js';
import type { Schema } from '../../libs/store/src/schema.js';
import { SqlStore } from '../../libs/store/src/sql-store.js';
import { listFilters } from '../../libs/store/src/testing/list-filters.js';
import type { ViolationFilter } from '../../libs/store/src/violations/list/violation-query.js';
import { violationPage } from '../../libs/store/src/violations/violations.js';
import { describePostgres } from './describe-postgres.js';

/** The queries to PostgreSQL: `PLANS=write npm test -- violation-indexes` writes the file. */
const FILE = join(import.meta.dirname, '../fixtures/store/violation-list.postgres.txt');
const ROWS = 40_000;
const START = 1_790_000_000_000;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** A database that is large enough for indexes: PostgreSQL scans a small table, because that is faster. */
await describePostgres('the violations', (emptyUrl) => {
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
    // One in a thousand is CRITICAL, one in a hundred retracted; 200 rules, 50 services, 4 spans a trace; one a second.
    await execute(`insert into violations (id, revision, status, rule_id, rule_name, severity, trace_id, wire_trace_id, span_id, service, timestamp_ms, json_record, group_id) select
      'v' || n, 1, case when n % 100 = 0 then 'retracted' else 'open' end, 'rule-' || n % 200, 'Rule', case when n % 1000 = 0 then 'CRITICAL'
      else 'LOW' end, 'trace-' || n / 4, md5((n / 4)::text), left(md5(n::text), 16), 'service-' || (n / 7) % 50, ${START} + n * 1000, '[' || repeat('1,', 500) || '1]', 'grp-' || n % 1000
      from generate_series(1, ${ROWS}) n`);
    await execute('vacuum analyze violations');
  }, 120_000);

  afterAll(async () => {
    await database?.destroy();
    await store?.close();
  });

  const execute = async (sql: string, parameters: readonly unknown[] = []) =>
    (await database.executeQuery<Record<string, unknown>>(CompiledQuery.raw(sql, [...parameters]))).rows;

  /** The store's queries of a page in the middle, and of the total count. */
  async function queries(filter: ViolationFilter): Promise<readonly CompiledQuery[]> {
    const cursor = Buffer.from(JSON.stringify([START + (ROWS / 2) * 1000, 'v']));
    asked = [];
    await violationPage(database, filter, { limit: 50, after: cursor.toString('base64url') });
    return asked.filter(({ sql }) => sql.includes('"violations"'));
  }

  /** PostgreSQL's plan of each query. */
  async function plansOf(filter: ViolationFilter): Promise<readonly (readonly PlanNode[])[]> {
    const found: PlanNode[][] = [];
    for (const { sql, parameters } of await queries(filter)) {
      const [row] = await execute(`explain (analyze, timing off, format json) ${sql}`, parameters);
      const [{ Plan }] = row!['QUERY PLAN'] as [{ Plan: PlanNode }];
      found.push(flat(Plan));
    }
    return found;
  }
  const plans = async (filter: ViolationFilter): Promise<readonly PlanNode[]> => (await plansOf(filter)).flat();
  const droppedBy = (nodes: readonly PlanNode[]): number =>
    nodes.reduce((sum, node) => sum + (node['Rows Removed by Filter'] ?? 0) * node['Actual Loops'], 0);

  it.each(listFilters.map(({ name, filter }) => [name, filter] as const))('are found and counted from an index: %s', async (_, filter) => {
    const nodes = await plans(filter);
    expect(nodes.map((node) => node['Node Type'])).not.toContain('Seq Scan');
    // Of 40,000: all of a time range (20) or a trace. For a rule with another severity than requested: all of the rule.
    expect(droppedBy(nodes)).toBeLessThanOrEqual(filter.ruleId !== undefined && filter.severity !== undefined ? 400 : 100);
  });

  it.each<[string, ViolationFilter, string]>([
    ['rule', { ruleId: 'rule-7', status: 'open' }, 'violations_by_rule_id'],
    ['rule and service', { ruleId: 'rule-7', service: 'service-3', status: 'open' }, 'violations_by_group'],
    ['severity', { severity: ['CRITICAL'], status: 'open' }, 'violations_by_severity'],
    ['several severities', { severity: ['CRITICAL', 'HIGH'] }, 'violations_by_severity'],
    ['service', { service: 'service-3', status: 'open' }, 'violations_by_service'],
    ['service and severity', { service: 'service-3', severity: ['CRITICAL'], status: 'open' }, 'violations_by_service_and_severity'],
    ['trace_id', { traceId: 'trace-77' }, 'violations_by_trace_id'],
    ['trace_id, as it is on the wire', { traceId: '28dd2c7955ce926456240b2ff0100bde' }, 'violations_by_wire_trace_id'],
    ['span_id', { spanId: '28dd2c7955ce9264' }, 'violations_by_span_id'],
    ['status', { status: 'retracted' }, 'violations_by_status'],
    ['start_time', { startTime: START + (ROWS - 300) * 1000 }, 'violations_by_time'],
    ['end_time', { endTime: START + 300_000 }, 'violations_by_time'],
  ])('use the index of %s', async (_, filter, index) => {
    expect((await plans(filter)).map((node) => node['Index Name'])).toContain(index);
  });

  it.each<ViolationFilter>([
    { groupId: 'grp-7' },
    { groupId: 'grp-7', status: 'open' },
    { groupId: 'grp-7', ruleId: 'rule-7', service: 'service-3', severity: ['LOW', 'HIGH'], status: 'open' },
  ])('of a group use its index, with any other filters: %j', async (filter) => {
    const nodes = await plans(filter);
    expect(nodes.map((node) => node['Node Type'])).not.toContain('Seq Scan');
    expect(nodes.map((node) => node['Index Name'])).toContain('violations_by_group_id');
    // All of the group.
    expect(droppedBy(nodes)).toBeLessThanOrEqual(2 * 40);
  });

  it.each<ViolationFilter>([
    { text: 'nowhere' },
    { text: 'nowhere', status: 'open' },
    { text: 'nowhere', severity: ['LOW'], status: 'open' },
    { text: 'nowhere', ruleId: 'rule-7', status: 'open' },
  ])('are scanned for a text a thousand per statement: %j', async (filter) => {
    const statements = await plansOf(filter);
    expect(statements.length).toBeGreaterThan(1);
    for (const nodes of statements) {
      expect(nodes.map((node) => node['Node Type'])).not.toContain('Seq Scan');
      // Plus the few of another status between them, or at an end of the block.
      expect(droppedBy(nodes)).toBeLessThanOrEqual(1_100);
    }
  });

  it('have the queries of the checked-in file', async () => {
    let text = '';
    for (const filter of [
      { status: 'open' },
      { severity: ['CRITICAL', 'HIGH'], status: 'open' },
      { traceId: 't', service: 's' },
    ] as const) {
      text += `${JSON.stringify(filter)}\n${(await queries(filter)).map(({ sql }) => `${sql}\n`).join('')}\n`;
    }
    if (process.env['PLANS'] === 'write') writeFileSync(FILE, text);
    expect(text).toBe(readFileSync(FILE, 'utf8'));
  });

  it('are pruned and paged in the order of an index', async () => {
    expect(await store.prune(START + 500_500)).toBe(500);
    const { total, violations } = await store.violations({ ruleId: 'rule-7' }, { limit: 3 });
    expect(total).toBe(ROWS / 200 - 3);
    expect(violations.map(({ id }) => id)).toEqual(['v39807', 'v39607', 'v39407']);
  });

  it('are counted up to 10,000, and completely on request', async () => {
    expect(await store.violations({ status: 'open' }, { limit: 1 })).toMatchObject({ total: 10_000, totalIs: 'at_least' });
    const all = await store.violations({ status: 'open' }, { limit: 1, countAll: true });
    expect([all.total, all.totalIs]).toEqual([(ROWS - 500) * 0.99, undefined]);
  });
});

function flat(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flat)];
}
