import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { Schema } from '../../schema.js';
import { indexedText } from '../../tables/indexed-text.js';
import { searchPattern } from '../../tables/searched-text.js';
import type { ViolationFilter } from './violation-query.js';

/** The condition of a filter; true without restrictions. */
export function matching(filter: ViolationFilter) {
  return (e: ExpressionBuilder<Schema, 'violations'>): Expression<SqlBool> => {
    const { ruleId, groupId, ungrouped, severity, traceId, spanId, service, status, startTime, endTime, text } = filter;
    const conditions: Expression<SqlBool>[] = [];
    if (ruleId !== undefined) conditions.push(e('rule_id', '=', ruleId));
    if (groupId !== undefined) conditions.push(e('group_id', '=', groupId));
    if (ungrouped === true) conditions.push(e('group_id', 'is', null));
    if (severity !== undefined) conditions.push(severity.length > 0 ? e('severity', 'in', severity) : e.lit(false));
    // As the producer wrote it, or the wire id.
    if (traceId !== undefined) conditions.push(e.or([e('trace_id', '=', indexedText(traceId)), ofWireTrace(e, traceId)]));
    if (spanId !== undefined) conditions.push(e('span_id', '=', indexedText(spanId)));
    if (service !== undefined) conditions.push(e('service', '=', indexedText(service)));
    if (status !== undefined) conditions.push(e('status', '=', status));
    if (startTime !== undefined) conditions.push(e('timestamp_ms', '>=', startTime));
    if (endTime !== undefined) conditions.push(e('timestamp_ms', '<', endTime));
    if (text !== undefined) conditions.push(containing(text));
    return e.and(conditions);
  };
}

/** Finds a trace by its wire id where that differs from the producer's id: the index has only these. */
export function ofWireTrace(e: ExpressionBuilder<Schema, 'violations'>, traceId: string): Expression<SqlBool> {
  return e.and([e('wire_trace_id', '=', traceId), e('trace_id', '<>', e.ref('wire_trace_id'))]);
}

/** The columns searched for violations that were stored before searches existed. */
const OLDER = ['id', 'rule_id', 'rule_name', 'service', 'trace_id', 'wire_trace_id', 'span_id'] as const;

function containing(text: string): Expression<SqlBool> {
  const pattern = searchPattern(text);
  const older = OLDER.map((column) => sql`lower(${sql.ref(column)}) like ${pattern} escape '!'`);
  return sql<SqlBool>`(search_text like ${pattern} escape '!' or (search_text is null and (${sql.join(older, sql` or `)})))`;
}
