import { randomBytes } from 'node:crypto';
import type { Queries, Schema, ViolationsTable } from '../schema.js';
import { matching } from './list/violation-filter.js';
import type { ViolationFilter } from './list/violation-query.js';

/** The current numbers. They count stored violations of all processes, in the order in which they become readable. */
export interface ViolationSequence {
  /** Identifies the numbering: a database that is created again has a new one. */
  readonly origin: string;
  /** The number of the last stored violation; 0 at the beginning. */
  readonly last: number;
}

/** Violations in the order in which they were stored. */
export interface SequencedViolations {
  readonly violations: readonly { readonly sequence: number; readonly record: string }[];
  /** All numbers up to this one were read. */
  readonly until: number;
}

const ROW = 1;
/** Numbers that one statement scans: others wait for its thread. */
const BLOCK = 1_000;

export function newSequence(last: number): Schema['violation_sequence'] {
  return { id: ROW, origin: randomBytes(4).toString('hex'), last };
}

/** See `Store.violationSequence`. */
export async function violationSequence(queries: Queries): Promise<ViolationSequence> {
  return queries.selectFrom('violation_sequence').select(['origin', 'last']).where('id', '=', ROW).executeTakeFirstOrThrow();
}

/**
 * Numbers rows in the transaction that stores them, under the lock of violations: no number is readable before a smaller one. The caller notes the table as
 * filled.
 */
export async function numbered(queries: Queries, rows: readonly ViolationsTable[]): Promise<ViolationsTable[]> {
  const { last } = await queries
    .insertInto('violation_sequence')
    .values(newSequence(rows.length))
    .onConflict((conflict) => conflict.column('id').doUpdateSet((e) => ({ last: e('violation_sequence.last', '+', rows.length) })))
    .returning('last')
    .executeTakeFirstOrThrow();
  return rows.map((row, i) => ({ ...row, sequence: last - rows.length + i + 1 }));
}

/** See `Store.violationsSince`. */
export async function violationsSince(
  queries: Queries,
  filter: ViolationFilter,
  { after, until: last, limit }: { readonly after: number; readonly until: number; readonly limit: number },
): Promise<SequencedViolations> {
  const until = Math.min(last, after + BLOCK);
  const rows = await queries
    .selectFrom('violations')
    .select(['sequence', 'json_record'])
    .where('sequence', '>', after)
    .where('sequence', '<=', until)
    .where(matching(filter))
    .orderBy('sequence')
    .limit(limit)
    .execute();
  const violations = rows.map(({ sequence, json_record }) => ({ sequence: sequence!, record: json_record }));
  const end = violations.at(-1);
  return { violations, until: end !== undefined && violations.length === limit ? end.sequence : until };
}
