import type { RuleChange, RuleSetRecord } from '#records';
import type { Queries } from '../schema.js';
import { noteFilled } from '../tables/filled-tables.js';
import { checkedColumn, parsedColumn } from '../tables/json-column.js';
import { publishedRule, ruleSetOf, SNAPSHOT_EVERY } from './rule-set-record.js';
import type { EpochChange } from './stored-rule.js';

/** The latest epoch; 0 before the first. */
export async function latestEpoch(queries: Queries): Promise<number> {
  const row = await queries
    .selectFrom('epochs')
    .select((e) => e.fn.max('epoch').as('epoch'))
    .executeTakeFirst();
  return row?.epoch ?? 0;
}

/**
 * Writes the next epoch and its outbox record, or nothing without changes; within the transaction that changed the rules. The record is a whole rule set once
 * the changes since the last whole set are as many as the rules. So all records together stay within a few times the size of the changes, even if rules come
 * one by one.
 */
export async function appendEpoch(queries: Queries, changes: readonly RuleChange[]): Promise<void> {
  if (changes.length === 0) return;
  const last = await queries
    .selectFrom('epochs')
    .select(['epoch', 'base', 'base_rules', 'changes_since'])
    .orderBy('epoch', 'desc')
    .limit(1)
    .executeTakeFirst();
  const epoch = (last?.epoch ?? 0) + 1;
  const changesSince = (last?.changes_since ?? 0) + changes.length;
  if (last === undefined || last.base === 0 || changesSince >= Math.max(SNAPSHOT_EVERY, last.base_rules)) {
    await insertWhole(queries, epoch, { epoch, changes, snapshot: await enabledRules(queries) });
    return;
  }
  const { base, base_rules } = last;
  const json_record = JSON.stringify({ epoch, changes } satisfies RuleSetRecord);
  await queries.insertInto('epochs').values({ epoch, json_record, published: 0, base, base_rules, changes_since: changesSince }).execute();
  await noteFilled(queries, 'epochs');
}

/** See `Store.snapshotAfter`. */
export async function appendSnapshot(queries: Queries, after: number): Promise<void> {
  const epoch = Math.max(await latestEpoch(queries), after) + 1;
  await insertWhole(queries, epoch, { epoch, snapshot: await enabledRules(queries) });
}

/** See `Store.forkEpochs`. */
export async function forkEpochs(queries: Queries, from: number, after: number): Promise<void> {
  await queries.deleteFrom('epochs').where('epoch', '>=', from).execute();
  await appendSnapshot(queries, after);
}

/** Inserts an epoch whose record is a whole rule set. */
export async function insertWhole(queries: Queries, epoch: number, record: RuleSetRecord, published = 0): Promise<void> {
  const row = {
    epoch,
    json_record: JSON.stringify(record),
    published,
    base: epoch,
    base_rules: record.snapshot?.length ?? 0,
    changes_since: 0,
  };
  await queries.insertInto('epochs').values(row).execute();
  await noteFilled(queries, 'epochs');
}

/** See `Store.replaceEpochs`. Of consecutive epochs only the first holds the rules; the others change nothing. */
export async function replaceEpochs(queries: Queries, lost: readonly number[]): Promise<void> {
  const rows = await queries.selectFrom('epochs').select('epoch').execute();
  const had = new Set(rows.map(({ epoch }) => epoch));
  const snapshot = await enabledRules(queries);
  let base = 0;
  let last = 0;
  for (const epoch of lost.filter((epoch) => !had.has(epoch)).toSorted((a, b) => a - b)) {
    if (base === 0 || epoch !== last + 1) {
      base = epoch;
      await insertWhole(queries, epoch, { epoch, snapshot, replaced: true });
    } else {
      const json_record = JSON.stringify({ epoch, changes: [], replaced: true } satisfies RuleSetRecord);
      const values = { epoch, json_record, published: 0, base, base_rules: snapshot.length, changes_since: 0 };
      await queries.insertInto('epochs').values(values).execute();
    }
    last = epoch;
  }
}

/** See `Store.republish`. */
export async function republish(queries: Queries, known: ReadonlySet<number>): Promise<number> {
  const rows = await queries.selectFrom('epochs').select('epoch').where('published', '=', 1).execute();
  const missing = rows.map(({ epoch }) => epoch).filter((epoch) => !known.has(epoch));
  // Another process may complete the publication: then the log has these rule sets, and may have spans without a marker.
  const again = { published: 0, from_beginning: known.size === 0 ? 1 : 0 };
  for (const epoch of missing) await queries.updateTable('epochs').set(again).where('epoch', '=', epoch).execute();
  return missing.length;
}

export async function unpublishedEpochs(queries: Queries): Promise<readonly EpochChange[]> {
  const rows = await queries.selectFrom('epochs').selectAll().where('published', '=', 0).orderBy('epoch').execute();
  return rows.map(({ epoch, json_record, from_beginning }) => ({
    epoch,
    record: checkedColumn(json_record, () => `rule set ${epoch}`),
    published: false,
    fromBeginning: from_beginning === 1,
  }));
}

export async function epochPublished(queries: Queries, epoch: number): Promise<void> {
  await queries.updateTable('epochs').set({ published: 1, from_beginning: 0 }).where('epoch', '=', epoch).execute();
}

/** See `Store.ruleSet`: the last snapshot at or before the epoch, and the changes since. */
export async function ruleSet(queries: Queries, epoch: number): Promise<string | undefined> {
  const row = await queries.selectFrom('epochs').select('base').where('epoch', '=', epoch).executeTakeFirst();
  const before = Math.max(1, epoch - (epoch % SNAPSHOT_EVERY));
  const snapshot = row === undefined || row.base === 0 ? before : row.base;
  const rows = await queries
    .selectFrom('epochs')
    .select(['epoch', 'json_record'])
    .where('epoch', '>=', snapshot)
    .where('epoch', '<=', epoch)
    .orderBy('epoch')
    .execute();
  if (rows.at(-1)?.epoch !== epoch) return undefined;
  const records = rows.map((row) => parsedColumn<RuleSetRecord>(row.json_record, () => `rule set ${row.epoch}`));
  const record: RuleSetRecord = { epoch, snapshot: ruleSetOf(records) };
  return JSON.stringify(record);
}

async function enabledRules(queries: Queries) {
  const rows = await queries.selectFrom('rules').selectAll().where('enabled', '=', 1).execute();
  return rows
    .map((row) => publishedRule(row))
    .filter((rule) => rule !== undefined)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
