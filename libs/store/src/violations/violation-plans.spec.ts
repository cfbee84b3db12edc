import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CompiledQuery, Kysely } from 'kysely';
import { runMigrations } from '../migrations/migrate.js';
import type { Schema } from '../schema.js';
import { NodeSqliteDialect } from '../sqlite/node-sqlite-dialect.js';
import { listFilters } from '../testing/list-filters.js';
import { countAll } from './count/count-all.js';
import { violationCounts } from './count/violation-counts.js';
import { countUpTo } from './list/violation-list.js';
import type { ViolationFilter } from './list/violation-query.js';
import { violatingTraces } from './violating-traces.js';
import { violationPage, violationsFrom } from './violations.js';

/** SQLite's query plan for each combination of filters: `PLANS=write npm test -- violation-plans` writes the file. */
const FILE = join(import.meta.dirname, '../../../../test/fixtures/store/violation-list.sqlite.txt');
const CURSOR = Buffer.from(JSON.stringify([1_790_000_000_000, 'v'])).toString('base64url');

describe('the plans of SQLite for the list of violations', () => {
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

  async function queries(filter: ViolationFilter): Promise<{ readonly page: CompiledQuery; readonly count: CompiledQuery }> {
    asked = [];
    await violationPage(database, filter, { limit: 50, after: CURSOR });
    return { page: asked[0]!, count: asked.find(({ sql }) => sql.includes('count(*)'))! };
  }

  const planOf = ({ sql, parameters }: CompiledQuery): string[] =>
    sqlite
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...(parameters as (string | number)[]))
      .map(({ detail }) => String(detail));

  /** The indexes that a plan reads and how, once for each part. */
  const reads = (plan: readonly string[]): string[] =>
    plan.filter((detail) => /violations USING/.test(detail) && !detail.includes('autoindex')).map((detail) => detail.replace('USING ', ''));

  const counted = (lines: readonly string[]): string[] =>
    [...new Set(lines)].map((line) => `${lines.filter((one) => one === line).length} × ${line}`);

  it('equal the checked-in file: the index, and the conditions that it serves', async () => {
    let text = '';
    for (const { name, filter } of listFilters) {
      const { page, count } = await queries(filter);
      text += [
        name,
        ...counted(reads(planOf(page))).map((line) => `  page   ${line}`),
        ...counted(reads(planOf(count))).map((line) => `  count  ${line}`),
        '',
      ].join('\n');
    }
    for (const filter of [
      { status: 'open' },
      { severity: ['CRITICAL', 'HIGH'], status: 'open' },
      { traceId: 't', service: 's' },
    ] as const) {
      const { page, count } = await queries(filter);
      text += `\n${JSON.stringify(filter)}\n${page.sql}\n${count.sql}\n`;
    }
    if (process.env['PLANS'] === 'write') writeFileSync(FILE, text);
    expect(text).toBe(readFileSync(FILE, 'utf8'));
  });

  it.each(listFilters.map(({ name, filter }) => [name, filter] as const))(
    'read an index in the order of the pages: %s',
    async (_, filter) => {
      const { page, count } = await queries(filter);
      const isRare = filter.traceId !== undefined || filter.spanId !== undefined;
      const plan = planOf(page);
      // One sort of the ids from all parts, and one of the records read by id.
      expect(plan.filter((detail) => detail.startsWith('USE TEMP')).length).toBeLessThanOrEqual(plan.includes('UNION ALL') ? 2 : 1);
      for (const detail of [...plan, ...planOf(count)]) {
        if (!/(SEARCH|SCAN) violations\b/.test(detail) || detail.includes('autoindex')) continue;
        expect(detail).toMatch(
          isRare ? /SEARCH violations USING .*INDEX violations_by_(wire_trace|trace|span)_id \(\w+=\?/ : /COVERING INDEX/,
        );
      }
      // The index serves all conditions except the severity of a rule, which its entries hold.
      if (isRare) return;
      const columns = {
        ruleId: 'rule_id',
        service: 'service',
        status: 'status',
        ...(filter.ruleId === undefined ? { severity: 'severity' } : {}),
      };
      for (const detail of reads(plan)) {
        for (const [member, column] of Object.entries(columns)) if (member in filter) expect(detail).toContain(`${column}=?`);
        if (filter.startTime !== undefined) expect(detail).toContain('timestamp_ms>? AND timestamp_ms<?');
      }
    },
  );

  it.each<[ViolationFilter, readonly string[]]>([
    [{ traceId: 't' }, ['violations_by_trace_id (trace_id=', 'violations_by_wire_trace_id (wire_trace_id=']],
    [{ spanId: 's' }, ['violations_by_span_id (span_id=']],
  ])('use the index of %j for counts over time, with any other filters', async (filter, indexes) => {
    for (const other of [{}, { status: 'open' }, { status: 'open', severity: ['LOW'], ruleId: 'r', service: 's' }] as const) {
      for (const groupBy of [undefined, 'ruleId', 'service'] as const) {
        asked = [];
        await violationCounts(database, { ...filter, ...other }, { start: 0, step: 10, buckets: 10, groupBy, groups: 5 });
        // The end of a block, and the count of its entries.
        expect(asked.length).toBeGreaterThanOrEqual(2);
        for (const query of asked.slice(0, 2)) {
          const plan = planOf(query).filter((detail) => /(SEARCH|SCAN) violations\b/.test(detail));
          expect([other, plan.map((detail) => /violations_by_\w+ \(\w+=/.exec(detail)?.[0])]).toEqual([other, indexes]);
        }
      }
    }
  });

  it.each<ViolationFilter>([
    { groupId: 'g' },
    { groupId: 'g', status: 'open' },
    { groupId: 'g', ruleId: 'r', service: 's', severity: ['LOW', 'HIGH'], startTime: 5, endTime: 9 },
  ])('use the index of a group, with any other filters: %j', async (filter) => {
    const { page, count } = await queries(filter);
    const found = [...reads(planOf(page)), ...reads(planOf(count))];
    expect(found).toHaveLength(filter.status === undefined ? 6 : 2);
    for (const detail of found) expect(detail).toMatch(/violations_by_group_id \(group_id=\? AND status=\?/);
  });

  it('use both ids of a trace', async () => {
    asked = [];
    await violatingTraces(database, 'r', ['t', 'u']);
    const plans = asked.map((query) => planOf(query).map((detail) => /SEARCH violations USING INDEX violations_by_\w+/.exec(detail)?.[0]));
    expect(plans.map(([first]) => first)).toEqual([
      'SEARCH violations USING INDEX violations_by_trace_id',
      'SEARCH violations USING INDEX violations_by_wire_trace_id',
    ]);
  });

  it.each<ViolationFilter>([
    { text: 'x' },
    { text: 'x', status: 'open' },
    { text: 'x', ruleId: 'r', status: 'open' },
    { text: 'x', service: 's', severity: ['LOW'], status: 'open', startTime: 5, endTime: 9 },
    { text: 'x', groupId: 'g', severity: ['LOW'], status: 'open' },
  ])('scan a thousand index entries, and no more rows, per statement of a search: %j', async (filter) => {
    sqlite.exec(`INSERT INTO violations (id, revision, status, rule_id, rule_name, severity, trace_id, wire_trace_id, span_id, service, timestamp_ms, first_offset,
      json_record, group_id) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3500)
      SELECT 'v' || i, 1, 'open', 'r', 'R', 'LOW', 't', 't', 's', 's', 6, 0, '{}', 'g' FROM n`);
    try {
      const search = (after: string | undefined, now: () => number) =>
        violationsFrom(database, filter, { limit: 10, ...(after === undefined ? {} : { after }) }, now);
      asked = [];
      let time = 0;
      // A statement takes 6 ms: the second block is the last one.
      const { violations, next } = await search(undefined, () => (time += 6) - 6);
      expect(violations).toEqual([]);
      const ids = Array.from({ length: 3_500 }, (_, i) => `v${i + 1}`)
        .toSorted()
        .toReversed();
      expect(JSON.parse(Buffer.from(next!, 'base64url').toString())).toEqual([6, ids[1_999]]);
      expect(asked).toHaveLength(4);
      for (const [n, query] of asked.entries()) {
        const [read] = reads(planOf(query));
        expect(read).toMatch(n % 2 === 0 ? /COVERING INDEX/ : /INDEX/);
        expect(planOf(query).filter((detail) => detail.startsWith('USE TEMP')).length).toBeLessThanOrEqual(n % 2);
        // From the second block on, below the first.
        if (n % 2 === 1) expect(read).toMatch(n === 1 ? /timestamp_ms>\?/ : /timestamp_ms>\? AND timestamp_ms<\?/);
      }
      // The other 1,500, and the end.
      expect(await search(next, () => 0)).toEqual({ violations: [] });
    } finally {
      sqlite.exec('DELETE FROM violations');
    }
  });

  describe('of many', () => {
    const MANY = 40_000;
    beforeAll(() =>
      sqlite.exec(`INSERT INTO violations (id, revision, status, rule_id, rule_name, severity, trace_id, wire_trace_id, span_id, service, timestamp_ms, first_offset,
      json_record, search_text) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MANY})
      SELECT 'v' || i, 1, CASE i % 2 WHEN 0 THEN 'open' ELSE 'retracted' END, 'r' || (i % 4), 'R', 'LOW', 't', 't', 's', 's', i, 0, '{}', 'needle' || (i % 3) FROM n`),
    );
    afterAll(() => sqlite.exec('DELETE FROM violations'));

    const ROUND = { start: 0, step: 10_000, buckets: 5, groupBy: 'ruleId', groups: 2 } as const;
    const turnsOfOthers = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
      let turns = 0;
      const counting = setInterval(() => turns++, 0);
      try {
        return [await work(), turns];
      } finally {
        clearInterval(counting);
      }
    };

    it.each([{}, { status: 'open' as const }, { text: 'needle1' }, { text: 'nowhere', status: 'open' as const }])(
      'count all block by block, and let other queries run in between: %j',
      async (filter: ViolationFilter) => {
        const expected = Array.from({ length: MANY }, (_, n) => n + 1).filter(
          (i) => (filter.status === undefined || i % 2 === 0) && (filter.text === undefined || (filter.text === 'needle1' && i % 3 === 1)),
        );
        asked = [];
        // On a busy machine a count with a text would end early.
        const still = () => 0;
        const [counted, turns] = await turnsOfOthers(() => countAll(database, filter, { now: still }));
        expect(counted).toEqual({ total: expected.length, isAll: true });
        expect(turns).toBeGreaterThan(0);
        const [stats] = await turnsOfOthers(() => violationCounts(database, filter, ROUND, still));
        const inBuckets = [0, 1, 2, 3, 4].map((n) => expected.filter((i) => Math.floor(i / 10_000) === n).length);
        expect([stats.total, stats.counts, stats.countedFrom]).toEqual([expected.length, inBuckets, undefined]);
        expect(stats.allGroups).toBe(new Set(expected.map((i) => i % 4)).size);
        // No statement reads more than a block: it has a limit, in the order of an index.
        for (const query of asked) {
          expect(query.sql).toMatch(/limit \?/);
          for (const detail of reads(planOf(query))) expect(detail).toMatch(/INDEX violations_by_(status|time|rule_id)\b/);
        }
      },
    );

    it('end a count with a text after some seconds, and report how far back they got', async () => {
      let time = 0;
      const slow = () => (time += 600);
      const filter: ViolationFilter = { text: 'needle1' };
      const stats = await violationCounts(database, filter, ROUND, slow);
      expect(stats.countedFrom).toBeGreaterThan(0);
      const newer = Array.from({ length: MANY }, (_, n) => n + 1).filter((i) => i >= stats.countedFrom! && i % 3 === 1);
      expect(stats.total).toBe(newer.length);
      expect(newer.length).toBeLessThan(MANY / 3 - 1_000);
      time = 0;
      const bounded = await countAll(database, filter, { now: slow });
      expect(bounded.isAll).toBe(false);
      expect(bounded.total).toBeGreaterThan(0);
      time = 0;
      // An index serves a count without a text, however long it takes.
      expect(await countAll(database, {}, { now: slow })).toEqual({ total: MANY, isAll: true });
    });

    it('end when their client disconnects', async () => {
      const gone = new AbortController();
      asked = [];
      const counting = countAll(database, {}, { signal: gone.signal });
      const stats = violationCounts(database, {}, { ...ROUND, signal: gone.signal });
      gone.abort();
      expect((await counting).isAll).toBe(false);
      expect((await stats).countedFrom).toBeGreaterThan(MANY / 2);
      expect(asked.length).toBeLessThan(10);
    });
  });

  it('count no further than requested', async () => {
    sqlite.exec(`INSERT INTO violations (id, revision, status, rule_id, rule_name, severity, trace_id, wire_trace_id, span_id, service, timestamp_ms, first_offset,
      json_record) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90)
      SELECT 'v' || i, 1, CASE i % 3 WHEN 0 THEN 'open' WHEN 1 THEN 'undecided' ELSE 'retracted' END, 'r', 'R', 'LOW', 't', 't', 's', 'shop', i, 0, '{}' FROM n`);
    const counts = async (filter: ViolationFilter) => [
      await countUpTo(database, filter, 89),
      await countUpTo(database, filter, 20),
      (await countAll(database, filter)).total,
    ];
    expect(await counts({ service: 'shop' })).toEqual([90, 21, 90]);
    expect(await counts({})).toEqual([90, 21, 90]);
    expect(await counts({ service: 'shop', status: 'open' })).toEqual([30, 21, 30]);
    expect(await counts({ severity: [] })).toEqual([0, 0, 0]);
  });
});
