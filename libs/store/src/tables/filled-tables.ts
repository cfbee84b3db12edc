import type { Queries } from '../schema.js';
import { DamagedTable } from './damaged-table.js';

/** The tables that are checked for lost rows. */
export const FILLED = [
  'rules',
  'rule_versions',
  'rule_controls',
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

/** Call in the transaction that inserts into the tables. */
export async function noteFilled(queries: Queries, ...tables: readonly FilledTable[]): Promise<void> {
  if (tables.length === 0) return;
  await queries
    .insertInto('filled_tables')
    .values(tables.map((name) => ({ name, emptied: 0 })))
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
}

/** Call in the transaction that deleted from the table, which may now be empty. */
export async function noteDeleted(queries: Queries, table: FilledTable): Promise<void> {
  await queries
    .deleteFrom('filled_tables')
    .where('name', '=', table)
    .where('emptied', '=', 0)
    .where((e) => e.not(e.exists(e.selectFrom(table).select(e.lit(1).as('one')))))
    .execute();
}

/** The noted and the current state of a table. */
interface TableState {
  readonly table: FilledTable;
  /** Whether it was noted to have rows. */
  readonly noted: boolean;
  /** Whether it was found empty, and no operator has cleared that. */
  readonly emptied: boolean;
  readonly filled: boolean;
}

/**
 * The tables that had rows and were emptied from outside, including those found by an earlier start and not cleared since. Throws a DamagedTable when one is
 * missing or differs.
 */
export async function emptiedTables(queries: Queries): Promise<ReadonlySet<FilledTable>> {
  const lost = new Set<FilledTable>();
  for (const { table, noted, emptied, filled } of await tableStates(queries)) {
    if (!noted && filled) await noteFilled(queries, table);
    if (!noted || (filled && !emptied)) continue;
    lost.add(table);
    if (!emptied) await queries.updateTable('filled_tables').set({ emptied: 1 }).where('name', '=', table).execute();
  }
  return lost;
}

/** Reads all tables in one statement: the database may be far away. If it fails, each table is read alone, to find the damaged one. */
async function tableStates(queries: Queries): Promise<readonly TableState[]> {
  try {
    return await statesOf(queries, FILLED);
  } catch {
    const states: TableState[] = [];
    for (const table of FILLED) {
      try {
        states.push(...(await statesOf(queries, [table])));
      } catch (error) {
        throw new DamagedTable(table, error);
      }
    }
    return states;
  }
}

/** One statement sees each transaction of other processes as a whole or not at all. */
async function statesOf(queries: Queries, tables: readonly FilledTable[]): Promise<readonly TableState[]> {
  const row: Readonly<Record<string, unknown>> = await queries
    .selectNoFrom((e) =>
      tables.flatMap((table) => [
        e.exists(e.selectFrom(table).selectAll()).as(`${table} filled`),
        e.selectFrom('filled_tables').select('emptied').where('name', '=', table).as(`${table} emptied`),
      ]),
    )
    .executeTakeFirstOrThrow();
  return tables.map((table) => {
    const emptied = row[`${table} emptied`];
    return { table, noted: emptied !== null, emptied: Number(emptied) !== 0, filled: Boolean(row[`${table} filled`]) };
  });
}
