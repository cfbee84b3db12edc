import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import type { PublishedRule, RuleChange, RuleContent } from '#records';
import type { Connection } from '../connection.js';
import { StoreError } from '../problems.js';
import type { Queries, RulesTable, Schema } from '../schema.js';
import { noteDeleted, noteFilled } from '../tables/filled-tables.js';
import { appendEpoch, appendSnapshot, insertWhole } from './epochs.js';
import { hasContent, rowOf, ruleOf } from './rule-row.js';
import { changeOf } from './rule-set-record.js';
import { type Authorship, keepVersion, lastVersion } from './rule-versions.js';
import type { ImportedRule, RulesImport, StoredRule } from './stored-rule.js';

/** Rules that an import writes before it yields to other work. */
const PUT_AT_ONCE = 50;

/** Ordered by id. */
export async function allRules(queries: Queries): Promise<readonly StoredRule[]> {
  return (await allRows(queries)).map(ruleOf).toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

export async function ruleById(queries: Queries, id: string): Promise<StoredRule | undefined> {
  const row = await rowById(queries, id);
  return row && ruleOf(row);
}

/** See `Store.putRule`. */
export function putRule(
  connection: Connection,
  content: RuleContent,
  authorship: Authorship,
  expectedVersion?: number,
): Promise<StoredRule> {
  return changing(connection, async (transaction) => {
    const { before, after } = await put(transaction, content, authorship, expectedVersion);
    if (before !== after) await appendEpoch(transaction, changeOf(before, after));
    return ruleOf(after);
  });
}

/** See `Store.deleteRule`. */
export function deleteRule(connection: Connection, id: string, authorship: Authorship, expectedVersion?: number): Promise<boolean> {
  return changing(connection, async (transaction) => {
    const before = await rowById(transaction, id);
    if (before === undefined) return false;
    refuseOther(id, before.version, expectedVersion);
    await remove(transaction, before, authorship);
    await appendEpoch(transaction, changeOf(before, undefined));
    return true;
  });
}

/** See `Store.importRules`. */
export function importRules(connection: Connection, { rules, basedOn, replace, now, by }: RulesImport): Promise<readonly ImportedRule[]> {
  return changing(connection, async (transaction) => {
    if (basedOn !== undefined) refuseOthers(await allRows(transaction), basedOn);
    const imported: ImportedRule[] = [];
    const changes: RuleChange[] = [];
    for (const [n, { rule, expectedVersion }] of rules.entries()) {
      // SQLite's calls are synchronous: without this pause no other work would run until all rules are written.
      if (n % PUT_AT_ONCE === PUT_AT_ONCE - 1) await nextTurn();
      const { before, after } = await put(transaction, rule, { now, by }, expectedVersion);
      imported.push({ id: rule.id, before: before && ruleOf(before), after: ruleOf(after) });
      if (before !== after) changes.push(...changeOf(before, after));
    }
    const givenIds = new Set(rules.map(({ rule }) => rule.id));
    const others = replace ? (await allRows(transaction)).filter(({ id }) => !givenIds.has(id)) : [];
    for (const before of others) {
      await remove(transaction, before, { now, by });
      imported.push({ id: before.id, before: ruleOf(before), after: undefined });
      changes.push(...changeOf(before, undefined));
    }
    await appendEpoch(transaction, changes);
    return imported;
  });
}

function refuseOther(id: string, found: number, expected: number | undefined): void {
  if (expected !== undefined && expected !== found) throw new StoreError('BT_STORE_CONFLICT', { id, found, expected });
}

function refuseOthers(found: readonly RulesTable[], basedOn: ReadonlyMap<string, number>): void {
  for (const { id, version } of found) refuseOther(id, version, basedOn.get(id) ?? 0);
  const present = new Set(found.map(({ id }) => id));
  for (const [id, version] of basedOn) if (!present.has(id)) refuseOther(id, 0, version);
}

/** Writes the rule and its version; returns `before` as `after` when the content is unchanged. */
async function put(
  transaction: Transaction<Schema>,
  content: RuleContent,
  authorship: Authorship,
  expectedVersion: number | undefined,
): Promise<{ readonly before: RulesTable | undefined; readonly after: RulesTable }> {
  const before = await rowById(transaction, content.id);
  refuseOther(content.id, before?.version ?? 0, expectedVersion);
  if (before !== undefined && hasContent(before, content)) return { before, after: before };
  const version = (await lastVersion(transaction, content.id)) + 1;
  const { now } = authorship;
  const after = { ...rowOf(content), version, created_at: before?.created_at ?? now, updated_at: now };
  await transaction
    .insertInto('rules')
    .values(after)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(after))
    .execute();
  await noteFilled(transaction, 'rules');
  await keepVersion(transaction, content.id, version, authorship, after);
  return { before, after };
}

async function remove(transaction: Transaction<Schema>, { id, version }: RulesTable, authorship: Authorship): Promise<void> {
  await transaction.deleteFrom('rules').where('id', '=', id).execute();
  await noteDeleted(transaction, 'rules');
  await keepVersion(transaction, id, version + 1, authorship, null);
}

/**
 * See `Store.adoptRules`. Fields that the log does not carry are empty. A rule that the store has already, written before the log could be read, stays
 * unchanged and is part of the next epoch.
 */
export function adoptRules(connection: Connection, rules: readonly PublishedRule[], epoch: number, now: number): Promise<void> {
  return changing(connection, async (transaction) => {
    const had = await transaction.selectFrom('epochs').select('epoch').limit(1).executeTakeFirst();
    if (had !== undefined) return;
    const storedIds = new Set((await allRows(transaction)).map(({ id }) => id));
    for (const { id, name, version, expression, severity, message = null, onError = 'no_match', mode, evidence } of rules) {
      if (storedIds.has(id)) continue;
      const content = {
        id,
        name,
        description: '',
        expression,
        severity: severity as StoredRule['severity'],
        tags: [],
        ...(evidence === undefined ? {} : { controls: evidence, emitEvidence: true }),
        enabled: true,
        shadow: mode === 'shadow',
        message,
        onError,
      };
      const row = { ...rowOf(content), version, created_at: now, updated_at: now };
      await transaction.insertInto('rules').values(row).execute();
      await noteFilled(transaction, 'rules');
      await keepVersion(transaction, id, version, { now }, row);
    }
    await insertWhole(transaction, epoch, { epoch, snapshot: rules }, 1);
    if (storedIds.size > 0) await appendSnapshot(transaction, epoch);
  });
}

/** Runs a transaction under the lock of rules, over all processes: epochs have no gaps and no forks. */
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
