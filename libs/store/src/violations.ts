import type { Connection } from './connection.js';
import { cursorOf, placeOf } from './page.js';
import { advance } from './positions.js';
import type { Queries, ViolationsTable } from './schema.js';
import type { KeptBatch, StoredViolation, ViolationFilter, ViolationPage } from './store.js';
import { matching } from './violation-filter.js';

/** Rows per statement: PostgreSQL and SQLite bound the parameters of one. */
const ROWS = 500;

/** See `Store.keep`. */
export async function keep(connection: Connection, batch: KeptBatch): Promise<void> {
  const rows = [...latestRevisions(batch.violations).values()].map(rowOf);
  await connection.database.transaction().execute(async (transaction) => {
    for (let i = 0; i < rows.length; i += ROWS) {
      await transaction
        .insertInto('violations')
        .values(rows.slice(i, i + ROWS))
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet((e) => ({
              revision: e.ref('excluded.revision'),
              status: e.ref('excluded.status'),
              rule_id: e.ref('excluded.rule_id'),
              rule_name: e.ref('excluded.rule_name'),
              severity: e.ref('excluded.severity'),
              trace_id: e.ref('excluded.trace_id'),
              wire_trace_id: e.ref('excluded.wire_trace_id'),
              span_id: e.ref('excluded.span_id'),
              service: e.ref('excluded.service'),
              timestamp_ms: e.ref('excluded.timestamp_ms'),
              json_record: e.ref('excluded.json_record'),
            }))
            .whereRef('violations.revision', '<', 'excluded.revision'),
        )
        .execute();
    }
    await advance(transaction, batch.reader, batch.partition, batch.position);
  });
}

/** See `Store.violations`. */
export async function violationPage(
  queries: Queries,
  filter: ViolationFilter,
  { limit, after }: { readonly limit: number; readonly after?: string },
): Promise<ViolationPage> {
  const matches = matching(filter);
  let query = queries.selectFrom('violations').selectAll().where(matches);
  if (after !== undefined) {
    const { timestampMs, id } = placeOf(after);
    query = query.where('timestamp_ms', '<=', timestampMs).where((e) => e.or([e('timestamp_ms', '<', timestampMs), e('id', '<', id)]));
  }
  const ordered = query.orderBy('timestamp_ms', 'desc').orderBy('id', 'desc');
  // One more than asked tells whether there is a next page.
  const rows = await ordered.limit(limit + 1).execute();
  const violations = rows.slice(0, limit).map(violationOf);
  const counted = await queries
    .selectFrom('violations')
    .select((e) => e.fn.countAll().as('total'))
    .where(matches)
    .executeTakeFirstOrThrow();
  const last = violations.at(-1);
  return { violations, total: Number(counted.total), ...(rows.length > limit && last !== undefined ? { next: cursorOf(last) } : {}) };
}

export async function violationById(queries: Queries, id: string): Promise<StoredViolation | undefined> {
  const row = await queries.selectFrom('violations').selectAll().where('id', '=', id).executeTakeFirst();
  return row && violationOf(row);
}

/** Deletes at most `count` violations older than `before` (Unix ms), with what is known of their export; answers how many. */
export function pruneSome(connection: Connection, before: number, count: number): Promise<number> {
  return connection.database.transaction().execute(async (transaction) => {
    const old = await transaction
      .selectFrom('violations')
      .select('id')
      .where('timestamp_ms', '<', before)
      .orderBy('timestamp_ms')
      .limit(count)
      .execute();
    if (old.length === 0) return 0;
    const ids = old.map(({ id }) => id);
    await transaction.deleteFrom('exports').where('violation_id', 'in', ids).execute();
    await transaction.deleteFrom('violations').where('id', 'in', ids).execute();
    return ids.length;
  });
}

/** A batch may hold several revisions of one violation, but a statement may write its row only once. */
function latestRevisions(violations: readonly StoredViolation[]): ReadonlyMap<string, StoredViolation> {
  const latest = new Map<string, StoredViolation>();
  for (const violation of violations) {
    const known = latest.get(violation.id);
    if (known === undefined || known.revision < violation.revision) latest.set(violation.id, violation);
  }
  return latest;
}

function rowOf(violation: StoredViolation): ViolationsTable {
  return {
    id: violation.id,
    revision: violation.revision,
    status: violation.status,
    rule_id: violation.ruleId,
    rule_name: violation.ruleName,
    severity: violation.severity,
    trace_id: violation.traceId,
    wire_trace_id: violation.wireTraceId,
    span_id: violation.spanId,
    service: violation.service,
    timestamp_ms: violation.timestampMs,
    json_record: violation.record,
  };
}

function violationOf(row: ViolationsTable): StoredViolation {
  return {
    id: row.id,
    revision: row.revision,
    status: row.status as StoredViolation['status'],
    ruleId: row.rule_id,
    ruleName: row.rule_name,
    severity: row.severity,
    traceId: row.trace_id,
    wireTraceId: row.wire_trace_id,
    spanId: row.span_id,
    service: row.service,
    timestampMs: row.timestamp_ms,
    record: row.json_record,
  };
}
