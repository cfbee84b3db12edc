import type { Transaction } from 'kysely';
import type { Schema } from '../schema.js';
import type { Migration } from './migration.js';

/** Versions per query. */
const PAGE = 200;

/** The controls that each version of a rule names, and the rule version of each violation. `complete` adds what older versions wrote without them. */
export const controlsOfVersions: Migration = {
  name: '0023-controls-of-versions',
  olderVersions: 'go on',
  up: async (database) => {
    const { schema } = database;
    await schema
      .createTable('rule_controls')
      .addColumn('framework', 'text', (column) => column.notNull())
      .addColumn('control', 'text', (column) => column.notNull())
      .addColumn('rule_id', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('rule_controls_key', ['framework', 'control', 'rule_id', 'version'])
      .execute();
    await schema.alterTable('violations').addColumn('rule_version', 'integer').execute();
    // For violations without a rule version.
    await schema.createIndex('rule_versions_by_time').on('rule_versions').columns(['rule_id', 'changed_at', 'version']).execute();
    await fill(database);
  },
  complete: (database) => fill(database),
};

async function fill(database: Transaction<Schema>): Promise<void> {
  let after = { rule_id: '', version: 0 };
  for (;;) {
    const { rule_id: id, version: last } = after;
    const rows = await database
      .selectFrom('rule_versions')
      .select(['rule_id', 'version', 'json_rule'])
      .where('json_rule', 'like', '%"json_controls":"[{%')
      .where((e) => e.or([e('rule_id', '>', id), e.and([e('rule_id', '=', id), e('version', '>', last)])]))
      .orderBy('rule_id')
      .orderBy('version')
      .limit(PAGE)
      .execute();
    for (const { rule_id, version, json_rule } of rows) {
      const values = controlsIn(json_rule).map(({ framework, control }) => ({ framework, control, rule_id, version }));
      if (values.length === 0) continue;
      await database
        .insertInto('rule_controls')
        .values(values)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
    const end = rows.at(-1);
    if (end === undefined || rows.length < PAGE) return;
    after = end;
  }
}

/** Empty for a damaged version, which stays as it is and is reported to its readers. */
function controlsIn(text: string | null): readonly { readonly framework: string; readonly control: string }[] {
  try {
    return JSON.parse((JSON.parse(text ?? '{}') as { readonly json_controls?: string }).json_controls ?? '[]');
  } catch {
    return [];
  }
}
