import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import { isMuted } from '../marks/mutes.js';
import type { Revision } from '../revision.js';
import type { Queries, Schema, ViolationGroupsTable } from '../schema.js';
import { indexedText } from '../tables/indexed-text.js';
import { cursorOf, type PagePlace, parseCursor } from '../tables/page-cursor.js';
import { newestFirst, within } from '../tables/page-order.js';
import { searchPattern } from '../tables/searched-text.js';
import { groupBlocks } from './group-blocks.js';
import { groupOfRow } from './group-changes.js';
import { groupId } from './group-id.js';
import {
  type GroupPageQuery,
  type GroupState,
  RECENT,
  type ViolationGroup,
  type ViolationGroupFilter,
  type ViolationGroupPage,
} from './violation-group.js';

/** The violations of a group that a filter of groups selects; for a group without a fingerprint those that have none yet. */
export interface ViolationsOfGroup {
  readonly groupId?: string;
  readonly ruleId?: string;
  readonly service?: string;
  readonly ungrouped?: true;
  readonly status?: Revision['status'];
  readonly startTime?: number;
  readonly endTime?: number;
}

/** Counts them completely, however long it takes. */
export type CountViolations = (of: ViolationsOfGroup) => Promise<number>;

/** SQLite returns 0 and 1. */
type GroupRow = ViolationGroupsTable & { readonly muted: unknown };

/** See `Store.violationGroups`. */
export async function violationGroups(
  queries: Queries,
  filter: ViolationGroupFilter,
  { limit, after, signal }: GroupPageQuery,
  now: number,
  count: CountViolations,
): Promise<ViolationGroupPage> {
  const id = filter.violationId === undefined ? undefined : await groupWith(queries, filter.violationId);
  if (filter.violationId !== undefined && id === undefined) return { groups: [], total: 0 };
  const matches = matchingGroups(filter, now, id);
  // One group is found by its id, in one statement.
  const blocks = (from: PagePlace | undefined) =>
    id === undefined ? groupBlocks(queries, filter, from) : [{ after: from, downTo: undefined }];
  let total = 0;
  for await (const block of blocks(undefined)) {
    if (signal?.aborted) break;
    const { count } = await within(queries.selectFrom('violation_groups'), 'last_seen', block)
      .select((e) => e.fn.countAll().as('count'))
      .where(matches)
      .executeTakeFirstOrThrow();
    total += Number(count);
  }
  const rows: GroupRow[] = [];
  for await (const block of blocks(after === undefined ? undefined : parseCursor(after))) {
    if (signal?.aborted) break;
    const found = within(queries.selectFrom('violation_groups'), 'last_seen', block)
      .selectAll()
      .select((e) => isMuted(e, now).as('muted'))
      .where(matches);
    rows.push(
      ...(await newestFirst(found, 'last_seen')
        .limit(limit + 1 - rows.length)
        .execute()),
    );
    if (rows.length > limit) break;
  }
  const page = rows.slice(0, limit);
  const groups = await counting(page, filter, now, count);
  const last = page.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { groups, total, ...(hasMore ? { next: cursorOf({ timestampMs: last.last_seen, id: last.id }) } : {}) };
}

/** See `Store.violationGroup`. */
export async function violationGroup(queries: Queries, id: string, now: number): Promise<ViolationGroup | undefined> {
  const row = await queries
    .selectFrom('violation_groups')
    .selectAll()
    .select((e) => isMuted(e, now).as('muted'))
    .where('id', '=', id)
    .executeTakeFirst();
  return row && groupOf(row, knownCount(row, undefined), now);
}

/** Adds the number of violations that the filter selects: counted if it has times, else read from the group's row. */
async function counting(
  rows: readonly GroupRow[],
  { status, startTime, endTime }: ViolationGroupFilter,
  now: number,
  countViolations: CountViolations,
): Promise<readonly ViolationGroup[]> {
  const groups: ViolationGroup[] = [];
  const hasTime = startTime !== undefined || endTime !== undefined;
  const listFilter = {
    ...(status === undefined ? {} : { status }),
    ...(startTime === undefined ? {} : { startTime }),
    ...(endTime === undefined ? {} : { endTime }),
  };
  for (const row of rows) {
    const count = hasTime ? await countViolations({ ...violationsOf(row), ...listFilter }) : knownCount(row, status);
    groups.push(groupOf(row, count, now));
  }
  return groups;
}

function violationsOf({ id, rule_id, service }: GroupRow): ViolationsOfGroup {
  return id === groupId(rule_id, service) ? { ruleId: rule_id, service, ungrouped: true } : { groupId: id };
}

function knownCount({ open, undecided, retracted }: GroupRow, status: ViolationGroupFilter['status']): number {
  return status === undefined ? open + undecided + retracted : { open, undecided, retracted }[status];
}

const STATUSES = ['open', 'undecided', 'retracted'] as const;
const statusesOf = (status: ViolationGroupFilter['status']) => (status === undefined ? STATUSES : [status]);

function inTime(e: ExpressionBuilder<Schema, 'violations'>, startTime?: number, endTime?: number): Expression<SqlBool>[] {
  return [
    ...(startTime === undefined ? [] : [e('timestamp_ms', '>=', startTime)]),
    ...(endTime === undefined ? [] : [e('timestamp_ms', '<', endTime)]),
  ];
}

async function groupWith(queries: Queries, violationId: string): Promise<string | undefined> {
  const columns = queries.selectFrom('violations').select(['group_id', 'rule_id', 'service']);
  const row = await columns.where('id', '=', violationId).executeTakeFirst();
  return row && groupOfRow(row);
}

function matchingGroups(filter: ViolationGroupFilter, now: number, id: string | undefined) {
  return (e: ExpressionBuilder<Schema, 'violation_groups'>): Expression<SqlBool> => {
    const { ruleId, severity, service, status, state, acknowledged, muted, startTime, endTime, text } = filter;
    const conditions: Expression<SqlBool>[] = id === undefined ? [] : [e('id', '=', id)];
    if (ruleId !== undefined) conditions.push(e('rule_id', '=', ruleId));
    if (severity !== undefined) conditions.push(severity.length > 0 ? e('severity', 'in', severity) : e.lit(false));
    if (service !== undefined) conditions.push(e('service', '=', indexedText(service)));
    conditions.push(e.or(statusesOf(status).map((one) => e(one, '>', 0))));
    if (state !== undefined) conditions.push(inState(e, state, now));
    if (acknowledged !== undefined) conditions.push(acknowledged ? isAcknowledged(e) : e.not(isAcknowledged(e)));
    if (muted !== undefined) conditions.push(muted ? isMuted(e, now) : e.not(isMuted(e, now)));
    if (text !== undefined) conditions.push(sql<SqlBool>`search_text like ${searchPattern(text)} escape '!'`);
    // Open violations were last seen at `last_seen`: this does not read the violations.
    if (startTime !== undefined && (status === 'open' || status === 'undecided')) conditions.push(e('last_seen', '>=', startTime));
    if (startTime !== undefined || endTime !== undefined) {
      const without = e.and([e('fingerprint', '=', ''), e.exists(violationWithoutIn(e, filter))]);
      conditions.push(e.or([e.exists(violationIn(e, filter)), without]));
    }
    return e.and(conditions);
  };
}

function violationIn(e: ExpressionBuilder<Schema, 'violation_groups'>, { status, startTime, endTime }: ViolationGroupFilter) {
  return e
    .selectFrom('violations')
    .select(e.lit(1).as('one'))
    .whereRef('violations.group_id', '=', 'violation_groups.id')
    .where('violations.status', 'in', statusesOf(status))
    .where((builder) => builder.and(inTime(builder as unknown as ExpressionBuilder<Schema, 'violations'>, startTime, endTime)));
}

/** For a group whose violations have no fingerprint yet. */
function violationWithoutIn(e: ExpressionBuilder<Schema, 'violation_groups'>, { status, startTime, endTime }: ViolationGroupFilter) {
  return e
    .selectFrom('violations')
    .select(e.lit(1).as('one'))
    .whereRef('violations.rule_id', '=', 'violation_groups.rule_id')
    .whereRef('violations.service', '=', 'violation_groups.service')
    .where('violations.group_id', 'is', null)
    .where('violations.status', 'in', statusesOf(status))
    .where((builder) => builder.and(inTime(builder as unknown as ExpressionBuilder<Schema, 'violations'>, startTime, endTime)));
}

/** A group with new violations is no longer acknowledged, unless they were retracted too. */
function isAcknowledged(e: ExpressionBuilder<Schema, 'violation_groups'>): Expression<SqlBool> {
  return e.and([
    e('acknowledged_at', 'is not', null),
    e.or([e('returned_at', 'is', null), e('returned_at', '<=', e.ref('acknowledged_at')), e('returned_at', '>', e.ref('last_seen'))]),
  ]);
}

function inState(e: ExpressionBuilder<Schema, 'violation_groups'>, state: GroupState, now: number): Expression<SqlBool> {
  const since = now - RECENT;
  const recent = e('last_seen', '>=', since);
  const unknown = e.not(isAcknowledged(e));
  const isNew = e.and([e('first_seen', '>=', since), unknown]);
  // The violations that reopened it may be retracted.
  const cameBack = e.and([e('returned_at', 'is not', null), e('returned_at', '>=', since), e('returned_at', '<=', e.ref('last_seen'))]);
  const isBack = e.and([e('first_seen', '<', since), cameBack, unknown]);
  if (state === 'new') return e.and([recent, isNew]);
  if (state === 'regressed') return e.and([recent, isBack]);
  return e.not(e.or([isNew, isBack]));
}

function groupOf(row: GroupRow, count: number, now: number): ViolationGroup {
  const { open, undecided, retracted } = row;
  const counts = { open, undecided, retracted };
  const { id, rule_id: ruleId, rule_name: ruleName, severity, service, first_seen: firstSeen, last_seen: lastSeen } = row;
  const acknowledged = acknowledgementOf(row);
  const acknowledgement = acknowledged === undefined ? {} : { acknowledged };
  const state = acknowledged === undefined ? stateOf(row, now) : 'ongoing';
  const muted = Boolean(row.muted);
  const { fingerprint, operation, error_kind: errorKind } = row;
  return {
    id,
    ruleId,
    ruleName,
    severity,
    service,
    fingerprint,
    operation,
    errorKind,
    firstSeen,
    lastSeen,
    state,
    ...acknowledgement,
    muted,
    counts,
    count,
  };
}

function acknowledgementOf({ acknowledged_at: at, acknowledged_by: by, returned_at, last_seen }: GroupRow): ViolationGroup['acknowledged'] {
  if (at === null || by === null) return undefined;
  return returned_at === null || returned_at <= at || returned_at > last_seen ? { at, by } : undefined;
}

function stateOf({ first_seen, last_seen, returned_at }: ViolationGroupsTable, now: number): GroupState {
  const since = now - RECENT;
  if (first_seen >= since) return 'new';
  return returned_at !== null && returned_at >= since && returned_at <= last_seen ? 'regressed' : 'ongoing';
}
