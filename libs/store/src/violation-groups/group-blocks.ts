import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SelectQueryBuilder } from 'kysely';
import type { Queries, Schema } from '../schema.js';
import { indexedText } from '../tables/indexed-text.js';
import type { PagePlace } from '../tables/page-cursor.js';
import type { ViolationGroupFilter } from './violation-group.js';

/** Groups that one statement reads: SQLite cannot stop a statement, and others wait for its thread. */
const BLOCK = 1_000;

export interface GroupBlock {
  /** Excluded. */
  readonly after: PagePlace | undefined;
  /** Included; undefined: the end. */
  readonly downTo: PagePlace | undefined;
}

type Groups<Row> = SelectQueryBuilder<Schema, 'violation_groups', Row>;

/** The groups of a rule or a service, or all, in page order and in blocks, between which other queries run. */
export async function* groupBlocks(
  queries: Queries,
  { ruleId, service }: ViolationGroupFilter,
  from: PagePlace | undefined,
): AsyncGenerator<GroupBlock, void> {
  for (let after = from; ; ) {
    let next = within(queries.selectFrom('violation_groups').select(['last_seen', 'id']), { after, downTo: undefined });
    if (ruleId !== undefined) next = next.where('rule_id', '=', ruleId);
    if (service !== undefined) next = next.where('service', '=', indexedText(service));
    const end = await newestFirst(next)
      .limit(1)
      .offset(BLOCK - 1)
      .executeTakeFirst();
    const downTo = end && { timestampMs: end.last_seen, id: end.id };
    yield { after, downTo };
    if (downTo === undefined) return;
    after = downTo;
    await nextTurn();
  }
}

export function within<Row>(query: Groups<Row>, { after, downTo }: GroupBlock): Groups<Row> {
  let block = query;
  if (after !== undefined) {
    const { timestampMs, id } = after;
    block = block.where('last_seen', '<=', timestampMs).where((e) => e.or([e('last_seen', '<', timestampMs), e('id', '<', id)]));
  }
  if (downTo !== undefined) {
    const { timestampMs, id } = downTo;
    block = block.where('last_seen', '>=', timestampMs).where((e) => e.or([e('last_seen', '>', timestampMs), e('id', '>=', id)]));
  }
  return block;
}

/** Orders by the last time seen, newest first. */
export function newestFirst<Row>(query: Groups<Row>): Groups<Row> {
  return query.orderBy('last_seen', 'desc').orderBy('id', 'desc');
}
