import { sql } from 'kysely';
import { ruleOf } from '../rules/rule-row.js';
import { allRules } from '../rules/rules.js';
import type { StoredRule } from '../rules/stored-rule.js';
import type { Queries, RulesTable } from '../schema.js';
import { parsedColumn } from '../tables/json-column.js';

/** The versions of a rule that name a control. */
export interface NamedControl {
  readonly framework: string;
  readonly control: string;
  /** Ranges of consecutive versions: the first and the last of each, in ascending order. */
  readonly versions: readonly (readonly [number, number])[];
}

/** A rule that names controls now or did in an earlier version. */
export interface ControlledRule {
  /** The current rule, or its last version if it was deleted. */
  readonly rule: StoredRule;
  readonly deleted: boolean;
  readonly named: readonly NamedControl[];
}

/** See `Store.controlledRules`. */
export async function controlledRules(queries: Queries, framework?: string): Promise<readonly ControlledRule[]> {
  const named = await namedControls(queries, framework);
  if (named.size === 0) return [];
  const present = (await allRules(queries)).filter(({ id }) => named.has(id));
  const gone = await deletedRules(queries, framework);
  return [...present.map((rule) => ({ rule, deleted: false })), ...gone.map((rule) => ({ rule, deleted: true }))].map((one) => ({
    ...one,
    named: named.get(one.rule.id) ?? [],
  }));
}

/** By rule. The database merges consecutive versions into one row: a rule may have thousands. */
async function namedControls(queries: Queries, framework: string | undefined): Promise<ReadonlyMap<string, readonly NamedControl[]>> {
  const islands = queries.selectFrom('rule_controls').select([
    'framework',
    'control',
    'rule_id',
    'version',
    // Equal for consecutive versions.
    sql<number>`version - row_number() over (partition by framework, control, rule_id order by version)`.as('island'),
  ]);
  const rows = await queries
    .selectFrom((framework === undefined ? islands : islands.where('framework', '=', framework)).as('i'))
    .select((e) => ['framework', 'control', 'rule_id', e.fn.min('version').as('first'), e.fn.max('version').as('last')])
    .groupBy(['framework', 'control', 'rule_id', 'island'])
    .orderBy('framework')
    .orderBy('control')
    .orderBy('rule_id')
    .orderBy('first')
    .execute();
  const byRule = new Map<string, Map<string, { framework: string; control: string; versions: [number, number][] }>>();
  for (const row of rows) {
    const ofRule = byRule.get(row.rule_id) ?? new Map();
    byRule.set(row.rule_id, ofRule);
    const key = JSON.stringify([row.framework, row.control]);
    const entry = ofRule.get(key) ?? { framework: row.framework, control: row.control, versions: [] };
    ofRule.set(key, entry);
    entry.versions.push([Number(row.first), Number(row.last)]);
  }
  return new Map([...byRule].map(([id, controls]) => [id, [...controls.values()]]));
}

/** The last versions of deleted rules that named a control of the framework in any version. */
async function deletedRules(queries: Queries, framework: string | undefined): Promise<readonly StoredRule[]> {
  const naming = queries.selectFrom('rule_controls').select('rule_id');
  const rows = await queries
    .selectFrom('rule_versions as v')
    .select(['v.rule_id', 'v.json_rule'])
    .where('v.rule_id', 'in', framework === undefined ? naming : naming.where('framework', '=', framework))
    .where((e) => e.not(e.exists(e.selectFrom('rules').select('rules.id').whereRef('rules.id', '=', 'v.rule_id'))))
    .where((e) =>
      e(
        'v.version',
        '=',
        e
          .selectFrom('rule_versions as w')
          .select('w.version')
          .whereRef('w.rule_id', '=', 'v.rule_id')
          .where('w.json_rule', 'is not', null)
          .orderBy('w.version', 'desc')
          .limit(1),
      ),
    )
    .orderBy('v.rule_id')
    .execute();
  return rows.map(({ rule_id, json_rule }) =>
    ruleOf(parsedColumn<RulesTable>(json_rule ?? '', () => `the last version of rule ${rule_id}`)),
  );
}
