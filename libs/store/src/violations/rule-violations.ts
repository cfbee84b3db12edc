import type { Revision } from '../revision.js';
import type { Queries } from '../schema.js';

/** Counts of a rule's stored violations. */
export interface RuleViolations {
  /** Since the requested time. */
  readonly counts: Readonly<Record<Revision['status'], number>>;
  /** Unix ms of the last violation that is not retracted; undefined without one. */
  readonly lastAt?: number;
}

/** See `Store.ruleViolations`. */
export async function ruleViolations(queries: Queries, since: number): Promise<ReadonlyMap<string, RuleViolations>> {
  const rows = await queries
    .selectFrom('violations')
    .select((e) => ['rule_id', 'status', e.fn.countAll<number | string>().as('count')])
    .where('status', 'in', ['open', 'undecided', 'retracted'])
    .where('timestamp_ms', '>=', since)
    .groupBy(['rule_id', 'status'])
    .execute();
  const seen = await queries
    .selectFrom('violation_groups')
    .select((e) => ['rule_id', e.fn.max('last_seen').as('last_at')])
    .where((e) => e.or([e('open', '>', 0), e('pruned', '>', 0)]))
    .groupBy('rule_id')
    .execute();
  const found = new Map<string, { counts: Record<Revision['status'], number>; lastAt?: number }>();
  const entryOf = (id: string) => {
    let rule = found.get(id);
    if (rule === undefined) found.set(id, (rule = { counts: { open: 0, undecided: 0, retracted: 0 } }));
    return rule;
  };
  for (const { rule_id, status, count } of rows) entryOf(rule_id).counts[status as Revision['status']] = Number(count);
  for (const { rule_id, last_at } of seen) entryOf(rule_id).lastAt = Number(last_at);
  return found;
}
