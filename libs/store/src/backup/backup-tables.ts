import { type SqlBool, sql } from 'kysely';
import type { Queries, Schema } from '../schema.js';

/**
 * The tables of a backup, with the key of each. Reader positions are left out: they are offsets of a log, which may be another one when the backup is restored.
 * Without positions, readers start at the beginning of the log, and records that were kept, exported or notified before change nothing.
 */
export const BACKUP_TABLES = {
  rules: ['id'],
  rule_versions: ['rule_id', 'version'],
  rule_controls: ['framework', 'control', 'rule_id', 'version'],
  epochs: ['epoch'],
  violations: ['id'],
  violation_revisions: ['violation_id', 'first_offset', 'revision'],
  violation_groups: ['id'],
  violation_sequence: ['id'],
  closed_traces: ['hour', 'partition', 'epoch'],
  marks: ['subject', 'number'],
  mutes: ['id'],
  exports: ['violation_id'],
  notifications: ['violation_id', 'reader'],
  signature_keys: ['id'],
} as const satisfies Partial<Record<keyof Schema, readonly string[]>>;

export type BackupTable = keyof typeof BACKUP_TABLES;
export type BackupRow = Readonly<Record<string, string | number | null>>;

export const isBackupTable = (name: unknown): name is BackupTable => typeof name === 'string' && Object.hasOwn(BACKUP_TABLES, name);

export async function hasTable(queries: Queries, name: string): Promise<boolean> {
  return (await queries.introspection.getTables({ withInternalKyselyTables: false })).some((table) => table.name === name);
}

/** The rows of a table in the order of its key, read in pages. */
export async function* rowsOf(queries: Queries, table: BackupTable, page: number): AsyncIterable<BackupRow> {
  const key: readonly string[] = BACKUP_TABLES[table];
  const columns = sql.join(key.map((column) => sql.ref(column)));
  let last: BackupRow | undefined;
  do {
    const after = last;
    const rows = await queries
      .selectFrom(table as 'rules')
      .selectAll()
      .$if(after !== undefined, (query) =>
        query.where(sql<SqlBool>`(${columns}) > (${sql.join(key.map((column) => after?.[column] ?? null))})`),
      )
      .orderBy(columns)
      .limit(page)
      .execute();
    const read = rows as unknown as readonly BackupRow[];
    yield* read;
    last = read.length === page ? read.at(-1) : undefined;
  } while (last !== undefined);
}
