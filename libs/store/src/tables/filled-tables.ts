import type { Queries } from '../schema.js';
import { DamagedTable } from './damage.js';

/** The tables whose rows are missed when they are gone. */
export const FILLED = [
  'rules',
  'rule_versions',
  'epochs',
  'violations',
  'violation_revisions',
  'violation_groups',
  'violation_sequence',
  'closed_traces',
  'marks',
  'mutes',
  'positions',
  'exports',
  'notifications',
  'signature_keys',
] as const;
export type FilledTable = (typeof FILLED)[number];

/** In the transaction that inserts into them. */
export async function noteFilled(queries: Queries, ...tables: readonly FilledTable[]): Promise<void> {
  if (tables.length === 0) return;
  await queries
    .insertInto('filled_tables')
    .values(tables.map((name) => ({ name, emptied: 0 })))
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
}

/** In the transaction that deleted from it: then it may be empty. */
export async function noteDeleted(queries: Queries, table: FilledTable): Promise<void> {
  await queries
    .deleteFrom('filled_tables')
    .where('name', '=', table)
    .where('emptied', '=', 0)
    .where((e) => e.not(e.exists(e.selectFrom(table).select(e.lit(1).as('one')))))
    .execute();
}

/**
 * The tables that had rows and were emptied from outside, also those of which an earlier start said so and nobody has taken it back. Throws
 * a DamagedTable when one is not there or is another.
 */
export async function emptiedTables(queries: Queries): Promise<ReadonlySet<FilledTable>> {
  const emptied = new Set<FilledTable>();
  for (const table of FILLED) if (await isEmptied(queries, table)) emptied.add(table);
  return emptied;
}

async function isEmptied(queries: Queries, table: FilledTable): Promise<boolean> {
  try {
    // One statement, which sees what other processes do whole or not at all.
    const noted = await queries
      .selectFrom('filled_tables')
      .select((e) => ['emptied', e.exists(e.selectFrom(table).selectAll()).as('filled')])
      .where('name', '=', table)
      .executeTakeFirst();
    if (noted === undefined) {
      if ((await queries.selectFrom(table).selectAll().limit(1).executeTakeFirst()) !== undefined) await noteFilled(queries, table);
      return false;
    }
    if (noted.emptied === 0 && !noted.filled) {
      await queries.updateTable('filled_tables').set({ emptied: 1 }).where('name', '=', table).execute();
    }
    return noted.emptied !== 0 || !noted.filled;
  } catch (error) {
    throw new DamagedTable(table, error);
  }
}
