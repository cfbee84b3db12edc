import { type Revision, supersedes } from '../revision.js';
import type { Schema, ViolationsTable } from '../schema.js';
import { searchedText } from '../tables/searched-text.js';
import type { Fingerprint } from './fingerprint.js';
import { groupId } from './group-id.js';
import { QUIET } from './violation-group.js';

export type GroupedRow = Pick<
  ViolationsTable,
  'id' | 'revision' | 'status' | 'first_offset' | 'rule_id' | 'rule_name' | 'severity' | 'service' | 'timestamp_ms' | 'group_id'
>;

/** The fingerprints of a batch's groups, by group id; a group that is absent has none. */
export type Fingerprints = ReadonlyMap<string, Fingerprint>;

/** A violation before and after a change; undefined before: it is new. */
export interface Regrouped {
  readonly before?: GroupedRow | undefined;
  readonly after: GroupedRow;
}

/** The id of the group in which a row is counted. */
export function groupOfRow({ group_id, rule_id, service }: Pick<ViolationsTable, 'group_id' | 'rule_id' | 'service'>): string {
  return group_id ?? groupId(rule_id, service);
}

/** The changes of a group by a batch: `row` holds differences of the counts, and the batch's times. */
export interface GroupChange {
  readonly row: Schema['violation_groups'];
  /** Whether the group now has a violation that stands: it was seen. */
  readonly seen: boolean;
  /** The earliest time of a violation that was retracted, or moved to another group or time. If set, the group's times are read again. */
  readonly withdrawn: number | undefined;
}

/**
 * The changes of the groups, ordered by id, when `next` is written over `stored` (by violation id). As in the upsert, only a revision that supersedes changes
 * anything.
 */
export function groupChanges(
  stored: ReadonlyMap<string, GroupedRow>,
  next: readonly GroupedRow[],
  fingerprints: Fingerprints,
): readonly GroupChange[] {
  const changed = next.map((after) => ({ before: stored.get(after.id), after }));
  return changesOf(
    changed.filter(({ before, after }) => before === undefined || supersedesIn(after, before)),
    fingerprints,
  );
}

/** Whether a row replaces the known one. */
export const supersedesIn = (next: GroupedRow, stored: GroupedRow): boolean => supersedes(revisionOf(next), revisionOf(stored));

/** The changes of the groups, ordered by id. */
export function changesOf(changed: readonly Regrouped[], fingerprints: Fingerprints): readonly GroupChange[] {
  const drafts = new Map<string, GroupDraft>();
  const draftOf = (row: GroupedRow): GroupDraft => {
    const id = groupOfRow(row);
    const draft = drafts.get(id) ?? new GroupDraft(id, row, fingerprints.get(id));
    drafts.set(id, draft);
    return draft;
  };
  for (const { before, after } of changed) {
    if (before !== undefined) draftOf(before).take(before);
    draftOf(after).add(after);
  }
  return [...drafts.values()].map((draft) => draft.change()).toSorted((a, b) => (a.row.id < b.row.id ? -1 : 1));
}

class GroupDraft {
  private readonly counts = { open: 0, undecided: 0, retracted: 0 };
  private readonly times: number[] = [];
  /** The violation that names the group: the newest that stands, or else the newest. */
  private newest: GroupedRow;
  private newestIs: 'replaced' | 'retracted' | 'standing' = 'replaced';
  private withdrawn: number | undefined;

  constructor(
    private readonly id: string,
    row: GroupedRow,
    private readonly common: Fingerprint = { fingerprint: '', operation: '', errorKind: '' },
  ) {
    this.newest = row;
  }

  add(row: GroupedRow): void {
    this.counts[row.status as Revision['status']]++;
    const is = row.status === 'retracted' ? 'retracted' : 'standing';
    if (is === 'standing') this.times.push(row.timestamp_ms);
    if (is === this.newestIs ? row.timestamp_ms < this.newest.timestamp_ms : this.newestIs === 'standing') return;
    this.newest = row;
    this.newestIs = is;
  }

  take(row: GroupedRow): void {
    this.counts[row.status as Revision['status']]--;
    if (row.status !== 'retracted') this.withdrawn = Math.min(row.timestamp_ms, this.withdrawn ?? row.timestamp_ms);
  }

  change(): GroupChange {
    const { rule_id, rule_name, severity, service, timestamp_ms } = this.newest;
    const { fingerprint, operation, errorKind } = this.common;
    const times = this.times.toSorted((a, b) => a - b);
    const returned = times.findLast((time, i) => i > 0 && time - times[i - 1]! >= QUIET);
    const seenTimes = { first_seen: times[0] ?? timestamp_ms, last_seen: times.at(-1) ?? timestamp_ms, returned_at: returned ?? null };
    return {
      row: {
        id: this.id,
        rule_id,
        rule_name,
        severity,
        service,
        ...seenTimes,
        ...this.counts,
        pruned: 0,
        search_text: searchedText(rule_id, rule_name, service, ...[operation, errorKind].filter((text) => text !== '')),
        acknowledged_at: null,
        acknowledged_by: null,
        fingerprint,
        operation,
        error_kind: errorKind,
      },
      seen: times.length > 0,
      withdrawn: this.withdrawn,
    };
  }
}

function revisionOf({ id, revision, status, first_offset }: GroupedRow): Revision {
  return { id, revision, status: status as Revision['status'], firstOffset: first_offset };
}
