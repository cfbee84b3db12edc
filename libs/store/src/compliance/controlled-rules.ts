import type { RuleControl } from '#records';
import { ruleOf } from '../rules/rule-row.js';
import { allRules } from '../rules/rules.js';
import type { StoredRule } from '../rules/stored-rule.js';
import type { Queries, RulesTable } from '../schema.js';
import { parsedColumn } from '../tables/json-column.js';

/** A rule that names controls: as it is, or as it was when it was deleted. */
export interface ControlledRule {
  readonly rule: StoredRule;
  readonly controls: readonly RuleControl[];
  readonly deleted: boolean;
}

/** See `Store.controlledRules`. */
export async function controlledRules(queries: Queries): Promise<readonly ControlledRule[]> {
  const present = await allRules(queries);
  const deleted = await queries
    .selectFrom('rule_versions as v')
    .select(['v.rule_id', 'v.json_rule'])
    .where('v.json_rule', 'like', '%"json_controls":"[{%')
    .where((e) => e.not(e.exists(e.selectFrom('rules').select('rules.id').whereRef('rules.id', '=', 'v.rule_id'))))
    .where((e) =>
      e(
        'v.version',
        '=',
        e
          .selectFrom('rule_versions as w')
          .select((inner) => inner.fn.max('w.version').as('last'))
          .whereRef('w.rule_id', '=', 'v.rule_id')
          .where('w.json_rule', 'is not', null),
      ),
    )
    .execute();
  const gone = deleted.map(({ rule_id, json_rule }) =>
    ruleOf(parsedColumn<RulesTable>(json_rule ?? '', () => `the last version of rule ${rule_id}`)),
  );
  return [...present.map((rule) => ({ rule, deleted: false })), ...gone.map((rule) => ({ rule, deleted: true }))].flatMap(
    ({ rule, deleted }) => (rule.controls === undefined ? [] : [{ rule, controls: rule.controls, deleted }]),
  );
}
