import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { VerdictStatus } from '#records';

/** One revision of a violation. Each fragment of a trace counts its revisions from 1. */
export interface Revision {
  readonly id: string;
  readonly revision: number;
  readonly status: VerdictStatus;
  /** The offset of the first record of the trace or the fragment. */
  readonly firstOffset: number;
}

/**
 * Whether a revision replaces the known one (docs/decisions/0012). In the same fragment the higher number does. A later fragment replaces it if its status is
 * stronger: `open`, then `undecided`, then `retracted`. So a violation that stands is neither hidden nor reported twice. A record that is read again changes
 * nothing, because fragments follow each other in the log.
 */
export function supersedes(next: Revision, stored: Revision): boolean {
  if (next.firstOffset === stored.firstOffset) return next.revision > stored.revision;
  return next.firstOffset > stored.firstOffset && WEIGHT[next.status] > WEIGHT[stored.status];
}

const WEIGHT: Readonly<Record<Revision['status'], number>> = { retracted: 0, undecided: 1, open: 2 };

/** `supersedes` as a condition of an upsert. */
export function supersedesRow(table: 'violations' | 'exports' | 'notifications'): RawBuilder<SqlBool> {
  const storedColumn = (column: string) => sql.ref(`${table}.${column}`);
  const next = (column: string) => sql.ref(`excluded.${column}`);
  return sql<SqlBool>`(${next('first_offset')} = ${storedColumn('first_offset')} and ${next('revision')} > ${storedColumn('revision')})
    or (${next('first_offset')} > ${storedColumn('first_offset')} and ${weight(next('status'))} > ${weight(storedColumn('status'))})`;
}

function weight(status: RawBuilder<unknown>): RawBuilder<number> {
  return sql<number>`(case ${status} when 'open' then 2 when 'undecided' then 1 else 0 end)`;
}
