import { type RawBuilder, type SqlBool, sql } from 'kysely';

/** One revision of a violation. A trace that is judged in fragments counts them from 1 in each. */
export interface Revision {
  readonly id: string;
  readonly revision: number;
  readonly status: 'open' | 'retracted';
  /** Offset of the first record of the trace, or of its fragment. */
  readonly firstOffset: number;
}

/**
 * Whether a revision takes the place of the one that is known (docs/decisions/0012): the next one of the same fragment does; of a
 * later fragment one that is open does, if nothing is open. So nothing that stands is hidden or told twice, and a record that is read
 * again changes nothing, whatever was read since: fragments follow each other in the log.
 */
export function supersedes(next: Revision, known: Revision): boolean {
  if (next.firstOffset === known.firstOffset) return next.revision > known.revision;
  return next.firstOffset > known.firstOffset && next.status === 'open' && known.status === 'retracted';
}

/** `supersedes` for the row of an upsert. */
export function supersedesRow(table: 'violations' | 'exports'): RawBuilder<SqlBool> {
  const known = (column: string) => sql.ref(`${table}.${column}`);
  const next = (column: string) => sql.ref(`excluded.${column}`);
  return sql<SqlBool>`(${next('first_offset')} = ${known('first_offset')} and ${next('revision')} > ${known('revision')})
    or (${next('first_offset')} > ${known('first_offset')} and ${next('status')} = 'open' and ${known('status')} = 'retracted')`;
}
