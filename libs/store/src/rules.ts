import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import type { Connection } from './connection.js';
import { appendEpoch, appendSnapshot, insertWhole } from './epochs.js';
import { noteDeleted, noteFilled } from './filled-tables.js';
import { parsedColumn } from './json-column.js';
import { StoreError } from './problems.js';
import { changeOf, type PublishedRule, type RuleChange } from './rule-set-record.js';
import type { Queries, RulesTable, Schema } from './schema.js';
import type { ImportedRule, RulesImport, RuleVersion, StoredRule } from './store.js';

/** Rules that an import puts before others have their turn. */
const PUT_AT_ONCE = 50;

/** What a rule says; the rest is counted. */
export type RuleContent = Omit<StoredRule, 'version' | 'createdAt' | 'updatedAt'>;

/** In the order of ids. */
export async function allRules(queries: Queries): Promise<readonly StoredRule[]> {
  return (await allRows(queries)).map(ruleOf).toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

export async function ruleById(queries: Queries, id: string): Promise<StoredRule | undefined> {
  const row = await rowById(queries, id);
  return row && ruleOf(row);
}

/** See `Store.putRule`. */
export function putRule(connection: Connection, content: RuleContent, now: number, expectedVersion?: number): Promise<StoredRule> {
  return changing(connection, async (transaction) => {
    const { before, after } = await put(transaction, content, now, expectedVersion);
    if (before !== after) await appendEpoch(transaction, changeOf(before, after));
    return ruleOf(after);
  });
}

/** See `Store.deleteRule`. */
export function deleteRule(connection: Connection, id: string, now: number): Promise<boolean> {
  return changing(connection, async (transaction) => {
    const before = await rowById(transaction, id);
    if (before === undefined) return false;
    await remove(transaction, before, now);
    await appendEpoch(transaction, changeOf(before, undefined));
    return true;
  });
}

/** See `Store.importRules`. */
export function importRules(connection: Connection, { rules, replace, now }: RulesImport): Promise<readonly ImportedRule[]> {
  return changing(connection, async (transaction) => {
    const imported: ImportedRule[] = [];
    const changes: RuleChange[] = [];
    for (const [n, { rule, expectedVersion }] of rules.entries()) {
      // SQLite answers at once: without a pause nothing else would have its turn until all are put.
      if (n % PUT_AT_ONCE === PUT_AT_ONCE - 1) await nextTurn();
      const { before, after } = await put(transaction, rule, now, expectedVersion);
      imported.push({ id: rule.id, before: before && ruleOf(before), after: ruleOf(after) });
      if (before !== after) changes.push(...changeOf(before, after));
    }
    const kept = new Set(rules.map(({ rule }) => rule.id));
    const others = replace ? (await allRows(transaction)).filter(({ id }) => !kept.has(id)) : [];
    for (const before of others) {
      await remove(transaction, before, now);
      imported.push({ id: before.id, before: ruleOf(before), after: undefined });
      changes.push(...changeOf(before, undefined));
    }
    await appendEpoch(transaction, changes);
    return imported;
  });
}

/** Puts the rule and its version; `before` is `after` when its content is the same. */
async function put(
  transaction: Transaction<Schema>,
  content: RuleContent,
  now: number,
  expectedVersion: number | undefined,
): Promise<{ readonly before: RulesTable | undefined; readonly after: RulesTable }> {
  const before = await rowById(transaction, content.id);
  const found = before?.version ?? 0;
  if (expectedVersion !== undefined && expectedVersion !== found) {
    throw new StoreError('BT_STORE_CONFLICT', { id: content.id, found, expected: expectedVersion });
  }
  if (before !== undefined && sameContent(before, content)) return { before, after: before };
  const version = (await lastVersion(transaction, content.id)) + 1;
  const after = { ...rowOf(content), version, created_at: before?.created_at ?? now, updated_at: now };
  await transaction
    .insertInto('rules')
    .values(after)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(after))
    .execute();
  await noteFilled(transaction, 'rules');
  await keepVersion(transaction, content.id, version, now, after);
  return { before, after };
}

async function remove(transaction: Transaction<Schema>, { id, version }: RulesTable, now: number): Promise<void> {
  await transaction.deleteFrom('rules').where('id', '=', id).execute();
  await noteDeleted(transaction, 'rules');
  await keepVersion(transaction, id, version + 1, now, null);
}

/**
 * See `Store.adoptRules`. What the log does not know of a rule is empty. A rule that the store has nevertheless (it was put before the log could
 * be read) stays as it is, and the next epoch says so.
 */
export function adoptRules(connection: Connection, rules: readonly PublishedRule[], epoch: number, now: number): Promise<void> {
  return changing(connection, async (transaction) => {
    const had = await transaction.selectFrom('epochs').select('epoch').limit(1).executeTakeFirst();
    if (had !== undefined) return;
    const known = new Set((await allRows(transaction)).map(({ id }) => id));
    for (const { id, name, version, expression, severity, message = null, onError = 'no_match' } of rules) {
      if (known.has(id)) continue;
      const content = {
        id,
        name,
        description: '',
        expression,
        severity: severity as StoredRule['severity'],
        tags: [],
        enabled: true,
        message,
        onError,
      };
      const row = { ...rowOf(content), version, created_at: now, updated_at: now };
      await transaction.insertInto('rules').values(row).execute();
      await noteFilled(transaction, 'rules');
      await keepVersion(transaction, id, version, now, row);
    }
    await insertWhole(transaction, epoch, { epoch, snapshot: rules }, 1);
    if (known.size > 0) await appendSnapshot(transaction, epoch);
  });
}

export async function ruleVersions(queries: Queries, id: string): Promise<readonly RuleVersion[]> {
  const rows = await queries.selectFrom('rule_versions').selectAll().where('rule_id', '=', id).orderBy('version', 'desc').execute();
  return rows.map((row) => ({
    ruleId: row.rule_id,
    version: row.version,
    changedAt: row.changed_at,
    rule: row.json_rule === null ? undefined : ruleOf(parsedColumn(row.json_rule, () => `version ${row.version} of rule ${row.rule_id}`)),
  }));
}

/** A transaction that no other change of rules runs beside, in any process: epochs have no gaps and no forks. */
export function changing<T>(connection: Connection, work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T> {
  return connection.database.transaction().execute(async (transaction) => {
    await connection.lock(transaction, 'rules');
    return work(transaction);
  });
}

function allRows(queries: Queries): Promise<RulesTable[]> {
  return queries.selectFrom('rules').selectAll().orderBy('id').execute();
}

function rowById(queries: Queries, id: string): Promise<RulesTable | undefined> {
  return queries.selectFrom('rules').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Also of a rule that was deleted: a version never means two things. */
async function lastVersion(queries: Queries, id: string): Promise<number> {
  const row = await queries
    .selectFrom('rule_versions')
    .select((e) => e.fn.max('version').as('version'))
    .where('rule_id', '=', id)
    .executeTakeFirst();
  return row?.version ?? 0;
}

async function keepVersion(queries: Queries, id: string, version: number, now: number, rule: RulesTable | null): Promise<void> {
  const json_rule = rule && JSON.stringify(rule);
  await queries.insertInto('rule_versions').values({ rule_id: id, version, changed_at: now, json_rule }).execute();
  await noteFilled(queries, 'rule_versions');
}

function rowOf(content: RuleContent): Omit<RulesTable, 'version' | 'created_at' | 'updated_at'> {
  const { id, name, description, expression, severity, tags, enabled, message, onError } = content;
  const flags = { json_tags: JSON.stringify(tags), enabled: enabled ? 1 : 0 };
  return { id, name, description, expression, severity, ...flags, message, on_error: onError };
}

function sameContent(row: RulesTable, content: RuleContent): boolean {
  return Object.entries(rowOf(content)).every(([column, value]) => row[column as keyof RulesTable] === value);
}

function ruleOf(row: RulesTable): StoredRule {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    expression: row.expression,
    severity: row.severity as StoredRule['severity'],
    tags: parsedColumn(row.json_tags, () => `the tags of rule ${row.id}`),
    enabled: row.enabled !== 0,
    message: row.message,
    // A version that was kept before there was a choice says nothing.
    onError: (row.on_error ?? 'no_match') as StoredRule['onError'],
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
