import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { Schema } from '../../schema.js';
import { indexedText } from '../../tables/indexed-text.js';
import { matching, ofWireTrace } from './violation-filter.js';
import type { ViolationFilter } from './violation-query.js';

/** The condition of a part. */
export type ViolationPart = (e: ExpressionBuilder<Schema, 'violations'>) => Expression<SqlBool>;

const STATUSES = ['open', 'undecided', 'retracted'] as const satisfies readonly NonNullable<ViolationFilter['status']>[];

/**
 * The disjoint parts that a filter selects, each in page order in an index of migration 0019. So a page reads as many entries of each part as it returns,
 * however many violations are stored (docs/decisions/0058). Empty if nothing can match.
 */
export function partsOf(filter: ViolationFilter): readonly ViolationPart[] {
  const { traceId, spanId, startTime, endTime, ...others } = filter;
  const time = { ...(startTime === undefined ? {} : { startTime }), ...(endTime === undefined ? {} : { endTime }) };
  if (traceId !== undefined) {
    const written = indexedText(traceId);
    const rest = { ...others, ...(spanId === undefined ? {} : { spanId }) };
    return [
      (e) => e.and([e('trace_id', '=', written), matching(time)(e), ...unindexed(e, rest)]),
      (e) => e.and([ofWireTrace(e, traceId), e('trace_id', '<>', written), matching(time)(e), ...unindexed(e, rest)]),
    ];
  }
  if (spanId !== undefined) return [(e) => e.and([matching({ spanId, ...time })(e), ...unindexed(e, others)])];
  const { ruleId, severity, service, status } = others;
  if (others.groupId !== undefined) {
    const { groupId, status: _, ...rest } = others;
    return (status === undefined ? STATUSES : [status]).map(
      (one): ViolationPart =>
        (e) =>
          e.and([matching({ groupId, status: one, ...time })(e), ...unindexed(e, rest)]),
    );
  }
  // A rule has one severity until it is edited: the entries of its index hold it last, unordered.
  const severities = severity === undefined || ruleId !== undefined ? [severity] : [...new Set(severity)].map((one) => [one]);
  const isOrderedByTime = ruleId === undefined && service === undefined && severity === undefined;
  const statuses = status !== undefined || isOrderedByTime ? [status] : STATUSES;
  return severities.flatMap((some) =>
    statuses.map((one) =>
      matching({ ...filter, ...(some === undefined ? {} : { severity: some }), ...(one === undefined ? {} : { status: one }) }),
    ),
  );
}

/**
 * Conditions on the few violations of a trace, a span or a group, written so that no index serves them. SQLite has no statistics of values, and might scan all
 * violations of a service instead.
 */
function unindexed(e: ExpressionBuilder<Schema, 'violations'>, filter: ViolationFilter): readonly Expression<SqlBool>[] {
  if (Object.keys(filter).length === 0) return [];
  return [e(e.case().when(matching(filter)(e)).then(e.lit(1)).end(), '=', 1)];
}
