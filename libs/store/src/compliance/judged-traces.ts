import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ExpressionBuilder } from 'kysely';
import type { RuleControl } from '#records';
import type { Queries, Schema } from '../schema.js';
import { parsedColumn } from '../tables/json-column.js';

/** Counts of traces that are not compliant. */
export interface JudgedTraces {
  /** Traces with a violation of one of the rules. */
  readonly violated: number;
  /** Traces without a violation of which a rule is undecided. It is an upper bound when a record counts several verdicts together. */
  readonly undecided: number;
}

/** Count records per query. */
const PAGE = 500;
/** A pattern that only the records of counts match. */
const COUNTED = '%"code":"too_many"%';

/** See `Store.judgedTraces`. */
export async function judgedTraces(
  queries: Queries,
  named: RuleControl,
  ruleIds: readonly string[],
  from: number,
  to: number,
): Promise<JudgedTraces> {
  if (ruleIds.length === 0) return { violated: 0, undecided: 0 };
  const withStatus = (status: 'open' | 'undecided') =>
    queries
      .selectFrom('violations')
      .where('status', '=', status)
      .where('timestamp_ms', '>=', from)
      .where('timestamp_ms', '<', to)
      .where('rule_id', 'in', ruleIds)
      .where((e) => e.exists(versionNaming(e, named)));
  const violated = await withStatus('open')
    .select((e) => e.fn.count<number | string>('wire_trace_id').distinct().as('traces'))
    .executeTakeFirstOrThrow();
  const undecided = await withStatus('undecided')
    .where('json_record', 'not like', COUNTED)
    .where('wire_trace_id', 'not in', withStatus('open').select('wire_trace_id'))
    .select((e) => e.fn.count<number | string>('wire_trace_id').distinct().as('traces'))
    .executeTakeFirstOrThrow();
  let counted = 0;
  for (let after = ''; ; await nextTurn()) {
    const rows = await withStatus('undecided')
      .select(['id', 'json_record'])
      .where('json_record', 'like', COUNTED)
      .where('id', '>', after)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    for (const { id, json_record } of rows) counted += countOf(json_record, id);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) break;
    after = last.id;
  }
  return { violated: Number(violated.traces), undecided: Number(undecided.traces) + counted };
}

/** The number of undecided verdicts that one record represents (docs/decisions/0020). */
function countOf(text: string, id: string): number {
  const { metadata } = parsedColumn<{ readonly metadata?: { readonly undecided?: unknown } }>(text, () => `the record of violation ${id}`);
  return typeof metadata?.undecided === 'number' ? metadata.undecided : 1;
}

/** The rule's version of a violation, if that version names the control. */
function versionNaming(e: ExpressionBuilder<Schema, 'violations'>, { framework, control }: RuleControl) {
  const inForce = e
    .selectFrom('rule_versions as w')
    .select('w.version')
    .whereRef('w.rule_id', '=', 'violations.rule_id')
    .whereRef('w.changed_at', '<=', 'violations.timestamp_ms')
    .orderBy('w.changed_at', 'desc')
    .orderBy('w.version', 'desc')
    .limit(1);
  return e
    .selectFrom('rule_controls as c')
    .select(e.lit(1).as('one'))
    .where('c.framework', '=', framework)
    .where('c.control', '=', control)
    .whereRef('c.rule_id', '=', 'violations.rule_id')
    .where('c.version', '=', e.fn.coalesce('violations.rule_version', inForce));
}

/** See `Store.judgedRules`. */
export async function judgedRules(queries: Queries, framework: string | undefined, from: number, to: number): Promise<ReadonlySet<string>> {
  const all = queries.selectFrom('rule_controls').select('rule_id').distinct();
  const rows = await queries
    .selectFrom((framework === undefined ? all : all.where('framework', '=', framework)).as('c'))
    .select('c.rule_id')
    .where((e) =>
      e.exists(
        e
          .selectFrom('violations as v')
          .select(e.lit(1).as('one'))
          .whereRef('v.rule_id', '=', 'c.rule_id')
          .where('v.status', 'in', ['open', 'undecided'])
          .where('v.timestamp_ms', '>=', from)
          .where('v.timestamp_ms', '<', to),
      ),
    )
    .execute();
  return new Set(rows.map(({ rule_id }) => rule_id));
}
