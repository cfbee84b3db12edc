import type { Queries, ViolationsTable } from '../schema.js';
import type { Fingerprint } from './fingerprint.js';
import { type Fingerprints, supersedesIn } from './group-changes.js';
import { groupId } from './group-id.js';

/** Maximum of groups of a rule in a service. It protects against span names with ids that no pattern recognises, which would make one group per violation. */
const MAX_GROUPS = 100;
/** The fingerprint of the group for all further violations. */
const OTHERS: Fingerprint = { fingerprint: 'others', operation: '', errorKind: '' };

export interface PlacedViolations {
  readonly rows: readonly ViolationsTable[];
  readonly fingerprints: Fingerprints;
}

/**
 * Assigns violations to groups, from the state under the lock of violations. A retraction stays in the violation's group, because its fingerprint may name
 * another span.
 */
export async function placed(
  queries: Queries,
  stored: ReadonlyMap<string, ViolationsTable>,
  rows: readonly ViolationsTable[],
  fingerprintOf: (row: ViolationsTable) => Fingerprint | undefined,
): Promise<PlacedViolations> {
  const fingerprints = new Map<string, Fingerprint>();
  const wanted = new Map<string, ViolationsTable>();
  const withGroups = rows.map((row): ViolationsTable => {
    const before = stored.get(row.id);
    if (before !== undefined && (row.status === 'retracted' || !supersedesIn(row, before))) return { ...row, group_id: before.group_id };
    const fingerprint = fingerprintOf(row);
    if (fingerprint === undefined) return row;
    const id = groupId(row.rule_id, row.service, fingerprint.fingerprint);
    fingerprints.set(id, fingerprint);
    wanted.set(id, row);
    return { ...row, group_id: id };
  });
  const beyond = await groupsBeyond(queries, wanted);
  if (beyond.size === 0) return { rows: withGroups, fingerprints };
  for (const id of beyond.values()) fingerprints.set(id, OTHERS);
  return { rows: withGroups.map((row) => ({ ...row, group_id: beyond.get(row.group_id ?? '') ?? row.group_id })), fingerprints };
}

/** The new groups above the maximum of their rule and service, each with the id of the group for further violations. */
async function groupsBeyond(queries: Queries, wanted: ReadonlyMap<string, ViolationsTable>): Promise<ReadonlyMap<string, string>> {
  const beyond = new Map<string, string>();
  if (wanted.size === 0) return beyond;
  const ids = [...wanted.keys()];
  const existing = new Set(
    (await queries.selectFrom('violation_groups').select('id').where('id', 'in', ids).execute()).map(({ id }) => id),
  );
  const counts = new Map<string, number>();
  for (const [id, { rule_id, service }] of wanted) {
    if (existing.has(id)) continue;
    const others = groupId(rule_id, service, OTHERS.fingerprint);
    let count = counts.get(others);
    if (count === undefined) {
      const counted = await queries
        .selectFrom('violation_groups')
        .select((e) => e.fn.countAll<number | string>().as('count'))
        .where('rule_id', '=', rule_id)
        .where('service', '=', service)
        .executeTakeFirstOrThrow();
      count = Number(counted.count);
    }
    if (count >= MAX_GROUPS) beyond.set(id, others);
    counts.set(others, count + 1);
  }
  return beyond;
}
