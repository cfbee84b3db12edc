import type { Connection } from '../connection.js';
import type { Queries } from '../schema.js';
import { noteDeleted, noteFilled } from '../tables/filled-tables.js';
import { parsedColumn } from '../tables/json-column.js';

const HOUR = 3_600_000;

/** Traces of one partition that closed in one hour and opened under one rule set. */
export interface ClosedTracesCount {
  /** Whole hours since 1970. */
  readonly hour: number;
  readonly partition: number;
  readonly epoch: number;
  /** The part of the hour to which the first count belongs. */
  readonly first: number;
  /** One count for each part of the hour. */
  readonly counts: readonly number[];
}

/** Closed traces of a period. */
export interface ClosedTracesTotals {
  /** The count by rule set. */
  readonly epochs: ReadonlyMap<number, number>;
  /** The first hour with data (Unix ms), independent of the query; undefined without data. */
  readonly since: number | undefined;
}

/** See `Store.keepClosedTraces`. */
export async function keepClosedTraces(connection: Connection, reported: readonly ClosedTracesCount[]): Promise<void> {
  if (reported.length === 0) return;
  await connection.database.transaction().execute(async (transaction) => {
    await connection.lock(transaction, 'closed_traces');
    const changed = changes(reported, await knownParts(transaction, reported));
    if (changed.length === 0) return;
    await transaction
      .insertInto('closed_traces')
      .values(changed)
      .onConflict((conflict) =>
        conflict
          .columns(['hour', 'partition', 'epoch'])
          .doUpdateSet((e) => ({ json_parts: e.ref('excluded.json_parts'), traces: e.ref('excluded.traces') })),
      )
      .execute();
    await noteFilled(transaction, 'closed_traces');
  });
}

type Row = Pick<ClosedTracesCount, 'hour' | 'partition' | 'epoch'>;

const keyOf = ({ hour, partition, epoch }: Row): string => `${hour}/${partition}/${epoch}`;

/** The stored counts by hour, partition and rule set. One query reads all rule sets, even of an hour with many rule changes. */
async function knownParts(queries: Queries, reported: readonly Row[]): Promise<Map<string, readonly number[]>> {
  const each = (name: keyof Row): number[] => [...new Set(reported.map((row) => row[name]))];
  const rows = await queries
    .selectFrom('closed_traces')
    .select(['hour', 'partition', 'epoch', 'json_parts'])
    .where('hour', 'in', each('hour'))
    .where('partition', 'in', each('partition'))
    .where('epoch', 'in', each('epoch'))
    .execute();
  return new Map(
    rows.map((row) => [keyOf(row), parsedColumn<readonly number[]>(row.json_parts, () => `the closed traces of hour ${row.hour}`)]),
  );
}

/** The rows that differ from the stored ones. */
function changes(reported: readonly ClosedTracesCount[], stored: Map<string, readonly number[]>) {
  const changed = new Map<string, Row & { readonly json_parts: string; readonly traces: number }>();
  for (const { hour, partition, epoch, first, counts } of reported) {
    const row = { hour, partition, epoch };
    const before = stored.get(keyOf(row));
    const parts = higher(before ?? [], first, counts);
    if (before?.length === parts.length && parts.every((count, part) => count === before[part])) continue;
    stored.set(keyOf(row), parts);
    changed.set(keyOf(row), { ...row, json_parts: JSON.stringify(parts), traces: parts.reduce((sum, count) => sum + count, 0) });
  }
  return [...changed.values()];
}

/** The higher count of each part. */
function higher(stored: readonly number[], first: number, counts: readonly number[]): readonly number[] {
  const length = Math.max(stored.length, first + counts.length);
  return Array.from({ length }, (_, part) => Math.max(stored[part] ?? 0, counts[part - first] ?? 0));
}

/** See `Store.closedTraces`. */
export async function closedTraces(queries: Queries, from: number, to: number): Promise<ClosedTracesTotals> {
  const rows = await queries
    .selectFrom('closed_traces')
    .select((e) => ['epoch', e.fn.sum<number | string>('traces').as('traces')])
    .where('hour', '>=', Math.floor(from / HOUR))
    .where('hour', '<', Math.ceil(to / HOUR))
    .groupBy('epoch')
    .execute();
  const first = await queries.selectFrom('closed_traces').select('hour').orderBy('hour').limit(1).executeTakeFirst();
  return {
    epochs: new Map(rows.map(({ epoch, traces }) => [Number(epoch), Number(traces)])),
    since: first && first.hour * HOUR,
  };
}

/** Deletes the hours that ended before a time (Unix ms). */
export async function pruneClosedTraces({ database }: Connection, before: number): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    await transaction
      .deleteFrom('closed_traces')
      .where('hour', '<', Math.floor(before / HOUR))
      .execute();
    await noteDeleted(transaction, 'closed_traces');
  });
}
