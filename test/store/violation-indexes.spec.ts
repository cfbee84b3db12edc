import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CompiledQuery } from 'kysely';
import { openPostgres } from '../../libs/store/src/postgres/connection.js';
import { SqlStore } from '../../libs/store/src/sql-store.js';
import type { ViolationFilter } from '../../libs/store/src/store.js';
import { matching } from '../../libs/store/src/violation-filter.js';
import { describePostgres } from './describe-postgres.js';

const ROWS = 40_000;
const START = 1_790_000_000_000;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** A database whose planner has a reason to prefer an index: one that is small is scanned faster than it is searched. */
await describePostgres('the violations', (emptyUrl) => {
  let connection: ReturnType<typeof openPostgres>;
  let store: SqlStore;

  beforeAll(async () => {
    connection = openPostgres({ kind: 'postgres', url: await emptyUrl(), connections: 2 });
    store = new SqlStore(connection);
    await store.migrate();
    // One in a thousand is CRITICAL, one in a hundred retracted; 200 rules, 50 services, 4 spans a trace; one a second.
    await execute(`insert into violations select
      'v' || n, 1, case when n % 100 = 0 then 'retracted' else 'open' end, 'rule-' || n % 200, 'Rule', case when n % 1000 = 0 then 'CRITICAL'
      else 'LOW' end, 'trace-' || n / 4, md5((n / 4)::text), left(md5(n::text), 16), 'service-' || n % 50, ${START} + n * 1000, '{}'
      from generate_series(1, ${ROWS}) n`);
    await execute('analyze violations');
  }, 120_000);

  afterAll(() => store?.close());

  const execute = (sql: string, parameters: readonly unknown[] = []) =>
    connection.database.executeQuery<Record<string, unknown>>(CompiledQuery.raw(sql, [...parameters]));

  /** How PostgreSQL would do what the store asks for a page, and for the number of all that match. */
  async function plans(filter: ViolationFilter): Promise<{ nodes: string[]; indexes: string[] }> {
    const violations = connection.database.selectFrom('violations').where(matching(filter));
    const page = violations.selectAll().orderBy('timestamp_ms', 'desc').orderBy('id', 'desc').limit(101);
    const total = violations.select((e) => e.fn.countAll().as('total'));
    const found: PlanNode[] = [];
    for (const { sql, parameters } of [page.compile(), total.compile()]) {
      const { rows } = await execute(`explain (format json) ${sql}`, parameters);
      const [{ Plan }] = rows[0]!['QUERY PLAN'] as [{ Plan: PlanNode }];
      found.push(...flat(Plan));
    }
    return {
      nodes: found.map((node) => node['Node Type']),
      indexes: found.flatMap((node) => node['Index Name'] ?? []),
    };
  }

  it.each<[string, ViolationFilter, string]>([
    ['rule_id', { ruleId: 'rule-7' }, 'violations_by_rule_id'],
    ['severity', { severity: ['CRITICAL'] }, 'violations_by_severity'],
    ['several severities', { severity: ['CRITICAL', 'HIGH'] }, 'violations_by_severity'],
    ['trace_id', { traceId: 'trace-77' }, 'violations_by_trace_id'],
    ['trace_id, as it is on the wire', { traceId: '28dd2c7955ce926456240b2ff0100bde' }, 'violations_by_wire_trace_id'],
    ['span_id', { spanId: '28dd2c7955ce9264' }, 'violations_by_span_id'],
    ['service', { service: 'service-3' }, 'violations_by_service'],
    ['status', { status: 'retracted' }, 'violations_by_status'],
    ['start_time', { startTime: START + (ROWS - 300) * 1000 }, 'violations_by_time'],
    ['end_time', { endTime: START + 300_000 }, 'violations_by_time'],
    ['what the API asks by default, for a rule', { ruleId: 'rule-7', status: 'open' }, 'violations_by_rule_id'],
    ['a service of the last minutes', { service: 'service-3', startTime: START + (ROWS - 300) * 1000 }, 'violations_by_'],
  ])('are found by an index: %s', async (_, filter, index) => {
    const { nodes, indexes } = await plans(filter);
    expect(nodes).not.toContain('Seq Scan');
    expect(indexes).toEqual(expect.arrayContaining([expect.stringMatching(index)]));
  });

  it('are pruned and paged in the order of an index', async () => {
    const { nodes } = await plans({ startTime: START + (ROWS - 50) * 1000, endTime: START + ROWS * 1000 });
    expect(nodes).not.toContain('Seq Scan');
    expect(await store.prune(START + 500_500)).toBe(500);
    const { total, violations } = await store.violations({ ruleId: 'rule-7' }, { limit: 3 });
    expect(total).toBe(ROWS / 200 - 3);
    expect(violations.map(({ id }) => id)).toEqual(['v39807', 'v39607', 'v39407']);
  });
});

function flat(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flat)];
}
