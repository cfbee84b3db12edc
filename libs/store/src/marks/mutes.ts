import { type Expression, type ExpressionBuilder, type Selectable, type SqlBool, sql } from 'kysely';
import type { Connection } from '../connection.js';
import type { Queries, Schema } from '../schema.js';
import { noteDeleted, noteFilled } from '../tables/filled-tables.js';
import { indexedText } from '../tables/indexed-text.js';
import { cursorOf, parseCursor } from '../tables/page-cursor.js';
import type { Mute, MutePage } from './mark.js';

/** See `Store.addMute`. */
export function addMute(connection: Connection, mute: Mute, max: number): Promise<boolean> {
  return connection.database.transaction().execute(async (transaction) => {
    await connection.lock(transaction, 'violations');
    const active = await transaction
      .selectFrom('mutes')
      .select((e) => e.fn.countAll().as('count'))
      .where((e) => isActive(e, mute.at))
      .executeTakeFirstOrThrow();
    if (Number(active.count) >= max) return false;
    const { id, ruleId, service, until, worseAbove, note, at, by } = mute;
    const optional = {
      service: service === undefined ? null : indexedText(service),
      until: until ?? null,
      worse_above: worseAbove ?? null,
      note: note ?? null,
    };
    const row = { id, rule_id: ruleId, ...optional, muted_at: at, muted_by: by, ended_at: null, ended_by: null };
    await transaction.insertInto('mutes').values(row).execute();
    await noteFilled(transaction, 'mutes');
    return true;
  });
}

/** See `Store.endMute`. */
export async function endMute(queries: Queries, id: string, at: number, by: string): Promise<Mute | undefined> {
  await queries.updateTable('mutes').set({ ended_at: at, ended_by: by }).where('id', '=', id).where('ended_at', 'is', null).execute();
  const row = await queries.selectFrom('mutes').selectAll().where('id', '=', id).executeTakeFirst();
  return row && muteOf(row);
}

/** See `Store.mutes`. */
export async function mutes(
  queries: Queries,
  { ruleId, activeAt }: { readonly ruleId?: string | undefined; readonly activeAt?: number | undefined },
  { limit, after }: { readonly limit: number; readonly after?: string },
): Promise<MutePage> {
  const matches = (e: ExpressionBuilder<Schema, 'mutes'>) =>
    e.and([...(ruleId === undefined ? [] : [e('rule_id', '=', ruleId)]), ...(activeAt === undefined ? [] : [isActive(e, activeAt)])]);
  const counted = await queries
    .selectFrom('mutes')
    .select((e) => e.fn.countAll().as('total'))
    .where(matches)
    .executeTakeFirstOrThrow();
  let query = queries.selectFrom('mutes').selectAll().where(matches);
  if (after !== undefined) {
    const { timestampMs, id } = parseCursor(after);
    query = query.where('muted_at', '<=', timestampMs).where((e) => e.or([e('muted_at', '<', timestampMs), e('id', '<', id)]));
  }
  const rows = await query
    .orderBy('muted_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const next = rows.length > limit && last !== undefined ? { next: cursorOf({ timestampMs: last.muted_at, id: last.id }) } : {};
  return { mutes: page.map(muteOf), total: Number(counted.total), ...next };
}

/** Deletes mutes that expired or were ended before a time (Unix ms). */
export async function pruneMutes(connection: Connection, before: number): Promise<void> {
  await connection.database.transaction().execute(async (transaction) => {
    await transaction
      .deleteFrom('mutes')
      .where((e) => e.or([e('until', '<', before), e('ended_at', '<', before)]))
      .execute();
    await noteDeleted(transaction, 'mutes');
  });
}

/** Whether a group is muted at a time (Unix ms). */
export function isMuted(e: ExpressionBuilder<Schema, 'violation_groups'>, now: number) {
  const mute = e
    .selectFrom('mutes')
    .select(e.lit(1).as('one'))
    .whereRef('mutes.rule_id', '=', 'violation_groups.rule_id')
    .where(sql<SqlBool>`(mutes.service is null or mutes.service = violation_groups.service)`)
    .where((builder) => isActive(builder as unknown as ExpressionBuilder<Schema, 'mutes'>, now));
  return e.exists(mute);
}

function isActive(e: ExpressionBuilder<Schema, 'mutes'>, now: number): Expression<SqlBool> {
  return e.and([e('ended_at', 'is', null), e.or([e('until', 'is', null), e('until', '>', now)])]);
}

function muteOf(row: Selectable<Schema['mutes']>): Mute {
  const {
    id,
    rule_id: ruleId,
    service,
    until,
    worse_above: worseAbove,
    note,
    muted_at: at,
    muted_by: by,
    ended_at: endedAt,
    ended_by: endedBy,
  } = row;
  return {
    id,
    ruleId,
    at,
    by,
    ...(service === null ? {} : { service }),
    ...(until === null ? {} : { until }),
    ...(worseAbove === null ? {} : { worseAbove }),
    ...(note === null ? {} : { note }),
    ...(endedAt === null ? {} : { endedAt }),
    ...(endedBy === null ? {} : { endedBy }),
  };
}
