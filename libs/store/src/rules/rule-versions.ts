import type { Queries, RulesTable, RuleVersionsTable } from '../schema.js';
import { noteFilled } from '../tables/filled-tables.js';
import { parsedColumn } from '../tables/json-column.js';
import { ruleOf } from './rule-row.js';
import type { RuleVersion } from './stored-rule.js';

/** Who changes rules, and when (Unix milliseconds). */
export interface Authorship {
  readonly now: number;
  readonly by?: string | undefined;
}

/** See `Store.ruleVersions`. */
export async function ruleVersions(
  queries: Queries,
  id: string,
  page?: { readonly limit: number; readonly below?: number | undefined },
): Promise<readonly RuleVersion[]> {
  let query = queries.selectFrom('rule_versions').selectAll().where('rule_id', '=', id).orderBy('version', 'desc');
  if (page?.below !== undefined) query = query.where('version', '<', page.below);
  if (page !== undefined) query = query.limit(page.limit);
  return (await query.execute()).map(versionOf);
}

export async function ruleVersion(queries: Queries, id: string, version: number): Promise<RuleVersion | undefined> {
  const query = queries.selectFrom('rule_versions').selectAll().where('rule_id', '=', id).where('version', '=', version);
  const row = await query.executeTakeFirst();
  return row && versionOf(row);
}

/** The last version of a rule, deleted or not: a version number is never reused. */
export async function lastVersion(queries: Queries, id: string): Promise<number> {
  const row = await queries
    .selectFrom('rule_versions')
    .select((e) => e.fn.max('version').as('version'))
    .where('rule_id', '=', id)
    .executeTakeFirst();
  return row?.version ?? 0;
}

export async function keepVersion(
  queries: Queries,
  id: string,
  version: number,
  { now, by = null }: { readonly now: number; readonly by?: string | null | undefined },
  rule: RulesTable | null,
): Promise<void> {
  const json_rule = rule && JSON.stringify(rule);
  await queries.insertInto('rule_versions').values({ rule_id: id, version, changed_at: now, changed_by: by, json_rule }).execute();
  await noteFilled(queries, 'rule_versions');
  const controls = rule === null ? [] : (ruleOf(rule).controls ?? []);
  if (controls.length === 0) return;
  const named = controls.map(({ framework, control }) => ({ framework, control, rule_id: id, version }));
  await queries.insertInto('rule_controls').values(named).execute();
  await noteFilled(queries, 'rule_controls');
}

function versionOf(row: RuleVersionsTable): RuleVersion {
  return {
    ruleId: row.rule_id,
    version: row.version,
    changedAt: row.changed_at,
    changedBy: row.changed_by ?? undefined,
    rule: row.json_rule === null ? undefined : ruleOf(parsedColumn(row.json_rule, () => `version ${row.version} of rule ${row.rule_id}`)),
  };
}
