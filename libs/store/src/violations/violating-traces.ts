import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { Queries, Schema } from '../schema.js';

/** Ids per statement: PostgreSQL and SQLite limit the parameters of a statement. */
const IDS = 500;

type Violations = ExpressionBuilder<Schema, 'violations'>;

/** See `Store.violatingTraces`. */
export async function violatingTraces(queries: Queries, ruleId: string, wireTraceIds: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let i = 0; i < wireTraceIds.length; i += IDS) {
    const ids = wireTraceIds.slice(i, i + IDS);
    for (const ofTrace of [
      (e: Violations) => e('trace_id', 'in', ids),
      (e: Violations) => e.and([e('wire_trace_id', 'in', ids), e('trace_id', '<>', e.ref('wire_trace_id'))]),
    ]) {
      const rows = await queries
        .selectFrom('violations')
        .select('wire_trace_id')
        .distinct()
        .where(ofTrace)
        .where((e) => standing(e, ruleId))
        .execute();
      for (const { wire_trace_id } of rows) found.add(wire_trace_id);
    }
  }
  return found;
}

/** Written so that no index serves it: a trace has few violations, a rule may have all. */
function standing(e: Violations, ruleId: string): Expression<SqlBool> {
  return sql<SqlBool>`case when ${e.and([e('rule_id', '=', ruleId), e('status', '<>', 'retracted')])} then 1 end = 1`;
}
