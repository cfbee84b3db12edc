import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { VerdictStatus } from '#records';

/** One revision of a violation. A trace that is judged in fragments counts them from 1 in each. */
export interface Revision {
  readonly id: string;
  readonly revision: number;
  readonly status: VerdictStatus;
  /** Offset of the first record of the trace, or of its fragment. */
  readonly firstOffset: number;
}

/**
 * Whether a revision takes the place of the one that is known (docs/decisions/0012): the next one of the same fragment does; of a
 * later fragment one does that says more: `open` before `undecided` before `retracted`. So nothing that stands is hidden or told twice, and a record that is read
 * again changes nothing, whatever was read since: fragments follow each other in the log.
 */
export function supersedes(next: Revision, known: Revision): boolean {
  if (next.firstOffset === known.firstOffset) return next.revision > known.revision;
  return next.firstOffset > known.firstOffset && WEIGHT[next.status] > WEIGHT[known.status];
}

const WEIGHT: Readonly<Record<Revision['status'], number>> = { retracted: 0, undecided: 1, open: 2 };

/** `supersedes` for the row of an upsert. */
export function supersedesRow(table: 'violations' | 'exports' | 'notifications'): RawBuilder<SqlBool> {
  const known = (column: string) => sql.ref(`${table}.${column}`);
  const next = (column: string) => sql.ref(`excluded.${column}`);
  return sql<SqlBool>`(${next('first_offset')} = ${known('first_offset')} and ${next('revision')} > ${known('revision')})
    or (${next('first_offset')} > ${known('first_offset')} and ${weight(next('status'))} > ${weight(known('status'))})`;
}

function weight(status: RawBuilder<unknown>): RawBuilder<number> {
  return sql<number>`(case ${status} when 'open' then 2 when 'undecided' then 1 else 0 end)`;
}
