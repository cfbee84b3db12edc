import { OWN_SCOPE } from '#base';
import { type SpanColumns } from '#otlp';

/** Why a span, or a record as a whole, was not evaluated: the label of `betrace_spans_rejected_total` in the evaluator. */
export const REJECTIONS = {
  undecodable: 'the record is not an OTLP trace request (counted once per record; it goes to the dead letters)',
  defect: 'its evaluation failed because of a defect of BeTrace (its record goes to the dead letters)',
  no_trace_id: 'its trace id is missing or zero',
  no_span_id: 'its span id is missing or zero',
  own_span: 'BeTrace itself emitted it',
} as const;

export type Rejection = keyof typeof REJECTIONS;

/** Whether any span is rejected: most records have none, and skip the test of each span. */
export function anyRejected({ anyWithoutId, anyOwn }: SpanColumns): boolean {
  return anyWithoutId || anyOwn;
}

/** Why span `i` is not evaluated, if so. Ingest accepts no such span, but others may write to the log. */
export function rejectionOf(columns: SpanColumns, i: number): Rejection | undefined {
  const { traceIds, spanIds } = columns;
  if ((traceIds[4 * i]! | traceIds[4 * i + 1]! | traceIds[4 * i + 2]! | traceIds[4 * i + 3]!) === 0) return 'no_trace_id';
  if ((spanIds[2 * i]! | spanIds[2 * i + 1]!) === 0) return 'no_span_id';
  return columns.scopeName[i] === OWN_SCOPE ? 'own_span' : undefined;
}
