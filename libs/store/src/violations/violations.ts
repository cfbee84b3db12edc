import type { Connection } from '../connection.js';
import { endWorseMutes } from '../marks/worse-mutes.js';
import { StoreError } from '../problems.js';
import { advance } from '../readers/positions.js';
import { supersedesRow } from '../revision.js';
import type { Queries, ViolationsTable } from '../schema.js';
import { type FilledTable, noteDeleted, noteFilled } from '../tables/filled-tables.js';
import { indexedText } from '../tables/indexed-text.js';
import { checkedColumn } from '../tables/json-column.js';
import { oneOfEach } from '../tables/one-of-each.js';
import { cursorOf, parseCursor } from '../tables/page-cursor.js';
import { searchedText } from '../tables/searched-text.js';
import type { Fingerprint } from '../violation-groups/fingerprint.js';
import { groupChanges } from '../violation-groups/group-changes.js';
import { changeGroups, pruneGroups } from '../violation-groups/keep-groups.js';
import { placed } from '../violation-groups/place-violations.js';
import { countAll } from './count/count-all.js';
import { countUpTo, MAX_COUNTED, newestRows, type ViolationRow, wholeRows } from './list/violation-list.js';
import type { ViolationFilter, ViolationPage, ViolationPageQuery, ViolationRows } from './list/violation-query.js';
import type { KeptBatch, StoredViolation } from './stored-violation.js';
import { keepRevisions } from './violation-revisions.js';
import { isLookedThrough, searchedRows } from './violation-search.js';
import { numbered } from './violation-sequence.js';

/** The tables that storing a violation fills. */
const KEPT_IN = ['violations', 'violation_groups', 'violation_sequence'] as const satisfies readonly FilledTable[];

/** See `Store.keep`. */
export async function keep(connection: Connection, batches: readonly KeptBatch[]): Promise<void> {
  const statements = oneOfEach(batches.flatMap(({ violations }) => violations));
  await connection.database.transaction().execute(async (transaction) => {
    await refuseWhenBehind(transaction, batches, connection.place);
    // The lock keeps the state that is read valid until the violation's row and group are written.
    if (statements.length > 0) await connection.lock(transaction, 'violations');
    for (const violations of statements) {
      const unplaced = violations.map(rowOf);
      const storedRows = await knownRows(transaction, unplaced);
      const fingerprintOf = new Map<string, Fingerprint | undefined>(violations.map(({ id, fingerprint }) => [id, fingerprint]));
      const { rows, fingerprints } = await placed(transaction, storedRows, unplaced, ({ id }) => fingerprintOf.get(id));
      const values = await numbered(transaction, rows);
      await keepRevisions(transaction, storedRows, rows);
      await transaction
        .insertInto('violations')
        .values(values)
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet((e) => ({
              revision: e.ref('excluded.revision'),
              status: e.ref('excluded.status'),
              rule_id: e.ref('excluded.rule_id'),
              rule_name: e.ref('excluded.rule_name'),
              rule_version: e.ref('excluded.rule_version'),
              severity: e.ref('excluded.severity'),
              trace_id: e.ref('excluded.trace_id'),
              wire_trace_id: e.ref('excluded.wire_trace_id'),
              span_id: e.ref('excluded.span_id'),
              service: e.ref('excluded.service'),
              timestamp_ms: e.ref('excluded.timestamp_ms'),
              first_offset: e.ref('excluded.first_offset'),
              json_record: e.ref('excluded.json_record'),
              search_text: e.ref('excluded.search_text'),
              sequence: e.ref('excluded.sequence'),
              group_id: e.ref('excluded.group_id'),
            }))
            .where(supersedesRow('violations')),
        )
        .execute();
      await changeGroups(transaction, groupChanges(storedRows, rows, fingerprints));
      await endWorseMutes(transaction, rows);
    }
    await advance(transaction, batches);
    await noteFilled(transaction, 'positions', ...(statements.length > 0 ? KEPT_IN : []));
  });
}

/** Rejects BT_STORE_POSITION_BEHIND. */
async function refuseWhenBehind(queries: Queries, batches: readonly KeptBatch[], place: string): Promise<void> {
  const first = batches.filter(
    ({ from, partition }, i) => from !== undefined && batches.findIndex((batch) => batch.partition === partition) === i,
  );
  if (first.length === 0) return;
  const rows = await queries
    .selectFrom('positions')
    .selectAll()
    .where(
      'partition',
      'in',
      first.map(({ partition }) => partition),
    )
    .execute();
  for (const { reader, partition, from = 0 } of first) {
    const position = rows.find((row) => row.reader === reader && row.partition === partition)?.position ?? 0;
    if (position < from) throw new StoreError('BT_STORE_POSITION_BEHIND', { place, reader, partition, expected: from, position });
  }
}

async function knownRows(queries: Queries, rows: readonly ViolationsTable[]): Promise<ReadonlyMap<string, ViolationsTable>> {
  const ids = rows.map(({ id }) => id);
  const known = await queries.selectFrom('violations').selectAll().where('id', 'in', ids).execute();
  return new Map(known.map((row) => [row.id, row]));
}

/** See `Store.violations`. The page and the count are read at the same time: a list takes as long as the longer of them. */
export async function violationPage(
  queries: Queries,
  filter: ViolationFilter,
  { limit, after, countAll: all = false, signal }: ViolationPageQuery,
): Promise<ViolationPage> {
  const from = after === undefined ? {} : { after };
  // A count with a text would scan all violations.
  const isCounted = all || !isLookedThrough(filter);
  const count = (): Promise<Count> => (all ? countAll(queries, filter, { signal }) : countBounded(queries, filter));
  const [page, counted] = await Promise.all([violationsFrom(queries, filter, { limit, ...from }), isCounted ? count() : undefined]);
  const shown = page.violations.length;
  // The page holds all of them: a count would include later ones.
  if (after === undefined && page.next === undefined) return { ...page, total: shown };
  if (counted === undefined) return { ...page, total: shown, totalIs: 'at_least' };
  const min = page.next === undefined || shown < limit ? shown : shown + 1;
  return { ...page, total: Math.max(counted.total, min), ...(counted.isAll ? {} : { totalIs: 'at_least' }) };
}

interface Count {
  readonly total: number;
  readonly isAll: boolean;
}

async function countBounded(queries: Queries, filter: ViolationFilter): Promise<Count> {
  const total = await countUpTo(queries, filter, MAX_COUNTED);
  return total > MAX_COUNTED ? { total: MAX_COUNTED, isAll: false } : { total, isAll: true };
}

/** See `Store.violationsFrom`. */
export async function violationsFrom(
  queries: Queries,
  filter: ViolationFilter,
  { limit, after }: { readonly limit: number; readonly after?: string },
  now?: () => number,
): Promise<ViolationRows> {
  // One more than requested shows whether there is a next page.
  const more = limit + 1;
  const { rows, reached } = isLookedThrough(filter)
    ? await searchedRows(queries, filter, { limit: more, ...(after === undefined ? {} : { after }) }, now)
    : { rows: await newestRows(queries, filter, { limit: more, after: after === undefined ? undefined : parseCursor(after) }) };
  const violations = rows.slice(0, limit).map(violationOf);
  const last = rows.length > limit ? violations.at(-1) : reached;
  return { violations, ...(last === undefined ? {} : { next: cursorOf(last) }) };
}

export async function violationById(queries: Queries, id: string): Promise<StoredViolation | undefined> {
  const row = await wholeRows(queries).where('id', '=', id).executeTakeFirst();
  return row && violationOf(row);
}

/** Deletes at most `count` violations older than `before` (Unix ms), with their export state; returns their number. */
export function pruneSome(connection: Connection, before: number, count: number): Promise<number> {
  return connection.database.transaction().execute(async (transaction) => {
    await connection.lock(transaction, 'violations');
    const old = await transaction
      .selectFrom('violations')
      .select(['id', 'rule_id', 'service', 'status', 'group_id'])
      .where('timestamp_ms', '<', before)
      .orderBy('timestamp_ms')
      .limit(count)
      .execute();
    if (old.length === 0) return 0;
    const ids = old.map(({ id }) => id);
    await transaction.deleteFrom('exports').where('violation_id', 'in', ids).execute();
    await transaction.deleteFrom('notifications').where('violation_id', 'in', ids).execute();
    await transaction.deleteFrom('violation_revisions').where('violation_id', 'in', ids).execute();
    await transaction.deleteFrom('marks').where('subject', 'in', ids).execute();
    await transaction.deleteFrom('violations').where('id', 'in', ids).execute();
    await pruneGroups(transaction, old);
    for (const table of ['exports', 'notifications', 'violation_revisions', 'violations', 'marks'] as const)
      await noteDeleted(transaction, table);
    return ids.length;
  });
}

function rowOf(violation: StoredViolation): ViolationsTable {
  return {
    id: violation.id,
    revision: violation.revision,
    status: violation.status,
    rule_id: violation.ruleId,
    rule_name: violation.ruleName,
    rule_version: violation.ruleVersion ?? null,
    severity: violation.severity,
    trace_id: indexedText(violation.traceId),
    wire_trace_id: violation.wireTraceId,
    span_id: indexedText(violation.spanId),
    service: indexedText(violation.service),
    timestamp_ms: violation.timestampMs,
    first_offset: violation.firstOffset,
    json_record: violation.record,
    search_text: searchText(violation),
    sequence: null,
    group_id: null,
  };
}

function searchText({ id, ruleId, ruleName, service, traceId, wireTraceId, spanId, text = '' }: StoredViolation): string {
  return searchedText(id, ruleId, ruleName, service, traceId, wireTraceId, spanId, text);
}

function violationOf(row: ViolationRow): StoredViolation {
  return {
    id: row.id,
    revision: row.revision,
    status: row.status as StoredViolation['status'],
    ruleId: row.rule_id,
    ruleName: row.rule_name,
    ...(row.rule_version === null ? {} : { ruleVersion: row.rule_version }),
    severity: row.severity,
    traceId: row.trace_id,
    wireTraceId: row.wire_trace_id,
    spanId: row.span_id,
    service: row.service,
    timestampMs: row.timestamp_ms,
    firstOffset: row.first_offset,
    ...(row.export_refused === null ? {} : { exportRefused: row.export_refused }),
    record: checkedColumn(row.json_record, () => `the record of violation ${row.id}`),
  };
}
