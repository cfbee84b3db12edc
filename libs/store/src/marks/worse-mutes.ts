import { type Selectable, sql } from 'kysely';
import type { Queries, Schema, ViolationsTable } from '../schema.js';

/** Length of the window in which violations are counted (ms). */
const HOUR = 3_600_000;
/** Only the newest violation of each interval of this length (ms) is checked. */
const MINUTE = 60_000;
/** Rules per statement: databases limit the parameters of a statement. */
const RULES = 500;

type Kept = Pick<ViolationsTable, 'rule_id' | 'service' | 'status' | 'timestamp_ms'>;
type MuteRow = Selectable<Schema['mutes']>;

/**
 * Ends mutes whose `worseAbove` is exceeded, in the transaction that wrote the violations. A mute is exceeded if the hour before a violation has more open
 * violations since the mute than it allows.
 */
export async function endWorseMutes(queries: Queries, kept: readonly Kept[]): Promise<void> {
  const open = kept.filter(({ status }) => status === 'open');
  const rules = [...new Set(open.map(({ rule_id }) => rule_id))];
  for (let i = 0; i < rules.length; i += RULES) {
    const mutes = await queries
      .selectFrom('mutes')
      .selectAll()
      .where('rule_id', 'in', rules.slice(i, i + RULES))
      .where('worse_above', 'is not', null)
      .where('ended_at', 'is', null)
      .execute();
    for (const mute of mutes) {
      const at = await worseAt(queries, mute, open);
      if (at !== undefined) await queries.updateTable('mutes').set({ ended_at: at }).where('id', '=', mute.id).execute();
    }
  }
}

async function worseAt(queries: Queries, mute: MuteRow, open: readonly Kept[]): Promise<number | undefined> {
  const newest = new Map<number, number>();
  for (const { rule_id, service, timestamp_ms: time } of open) {
    const isMuted = rule_id === mute.rule_id && (mute.service === null || service === mute.service);
    if (!isMuted || time < mute.muted_at || (mute.until !== null && time >= mute.until)) continue;
    const minute = Math.floor(time / MINUTE);
    newest.set(minute, Math.max(time, newest.get(minute) ?? time));
  }
  for (const time of [...newest.values()].sort((a, b) => a - b)) if (await isWorse(queries, mute, time)) return time;
  return undefined;
}

/** Reads no more index entries than the mute allows violations. */
async function isWorse(queries: Queries, { rule_id, service, muted_at, worse_above }: MuteRow, time: number): Promise<boolean> {
  const max = worse_above ?? 0;
  const within = queries
    .selectFrom('violations')
    .select('id')
    .where('rule_id', '=', rule_id)
    .where('status', '=', 'open')
    .where('timestamp_ms', '>=', Math.max(muted_at, time - HOUR + 1))
    .where('timestamp_ms', '<=', time)
    .$if(service !== null, (query) => query.where('service', '=', service ?? ''))
    .orderBy('timestamp_ms')
    .limit(max + 1);
  const { count } = await queries
    .selectFrom(within.as('within_hour'))
    .select(sql<number | string>`count(*)`.as('count'))
    .executeTakeFirstOrThrow();
  return Number(count) > max;
}
