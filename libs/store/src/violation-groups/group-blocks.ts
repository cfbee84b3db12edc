import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Queries } from '../schema.js';
import { indexedText } from '../tables/indexed-text.js';
import type { PagePlace } from '../tables/page-cursor.js';
import { newestFirst, type PageRange, within } from '../tables/page-order.js';
import type { ViolationGroupFilter } from './violation-group.js';

/** Groups that one statement reads: SQLite cannot stop a statement, and others wait for its thread. */
const BLOCK = 1_000;

/** The groups of a rule or a service, or all, in page order and in blocks, between which other queries run. */
export async function* groupBlocks(
  queries: Queries,
  { ruleId, service }: ViolationGroupFilter,
  from: PagePlace | undefined,
): AsyncGenerator<PageRange, void> {
  for (let after = from; ; ) {
    let next = within(queries.selectFrom('violation_groups').select(['last_seen', 'id']), 'last_seen', { after });
    if (ruleId !== undefined) next = next.where('rule_id', '=', ruleId);
    if (service !== undefined) next = next.where('service', '=', indexedText(service));
    const end = await newestFirst(next, 'last_seen')
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
