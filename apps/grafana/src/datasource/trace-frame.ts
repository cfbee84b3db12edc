import { type DataFrame, FieldType, type TraceKeyValuePair, type TraceSpanRow, toDataFrame } from '@grafana/data';
import type { Span, Trace, Violation } from '#ui/api/types';
import { violationSentence } from '#ui/explanation/violation-sentence';
import { cutNotice, noticed } from './frame-parts';
import { MAX_FRAME_ROWS, shownText, shownValue } from './shown-text';

const NANOS_PER_MS = 1_000_000;

/** Milliseconds with their fraction, of nanoseconds beyond 2^53. */
const milliseconds = (nanos: string): number => Number(BigInt(nanos) / 1000n) / 1000;

const pairs = (of: Readonly<Record<string, unknown>>): TraceKeyValuePair[] =>
  Object.entries(of).map(([key, value]) => ({ key: shownText(key), value: shownValue(value) }));

interface SpanEvent {
  readonly name?: string;
  readonly time?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** Grafana's trace view finds columns by their names; tables show the others. */
const COLUMNS = [
  ['traceID', 'Trace', FieldType.string],
  ['spanID', 'Span', FieldType.string],
  ['parentSpanID', 'Parent span', FieldType.string],
  ['operationName', 'Operation', FieldType.string],
  ['serviceName', 'Service', FieldType.string],
  ['serviceTags', 'Resource', FieldType.other],
  ['kind', 'Kind', FieldType.string],
  ['startTime', 'Start', FieldType.number, 'dateTimeAsIso'],
  ['duration', 'Duration', FieldType.number, 'ms'],
  ['statusCode', 'Status code', FieldType.number],
  ['statusMessage', 'Status message', FieldType.string],
  ['tags', 'Attributes', FieldType.other],
  ['logs', 'Events', FieldType.other],
  ['warnings', 'BeTrace', FieldType.other],
] as const satisfies readonly (readonly [name: keyof TraceSpanRow, shown: string, type: FieldType, unit?: string])[];

/** A trace as Grafana's trace view takes it; spans that a violation is about carry it as a warning. */
export function traceFrame(refId: string, trace: Trace, violations: readonly Violation[]): DataFrame {
  const about = Map.groupBy(violations, ({ span_id }) => span_id);
  const spans = shownSpans(trace.spans, about);
  const rows = spans.map((span): TraceSpanRow => {
    const found = about.get(span.span_id) ?? [];
    return {
      traceID: trace.trace_id,
      spanID: span.span_id,
      parentSpanID: span.parent_id,
      operationName: shownText(span.name),
      serviceName: shownText(span.service),
      serviceTags: pairs(span.resource),
      kind: span.kind,
      startTime: milliseconds(span.start_time),
      duration: Number(BigInt(span.end_time) - BigInt(span.start_time)) / NANOS_PER_MS,
      statusCode: span.status === 'error' ? 2 : span.status === 'ok' ? 1 : 0,
      statusMessage: shownText(span.status_message ?? ''),
      tags: pairs(span.attributes),
      logs: (span.events as readonly SpanEvent[]).map(({ name = '', time = span.start_time, attributes = {} }) => ({
        timestamp: milliseconds(time),
        name: shownText(name),
        fields: pairs(attributes),
      })),
      warnings: found.map((violation) =>
        shownText(`BeTrace ${violation.severity} ${violation.rule_name}: ${violationSentence(violation)}`),
      ),
    };
  });
  const gone = trace.complete
    ? []
    : [{ severity: 'warning' as const, text: 'Some spans of this trace are older than the log keeps: they are not shown.' }];
  return toDataFrame({
    refId,
    name: 'Trace',
    meta: {
      preferredVisualisationType: 'trace',
      ...noticed([...gone, ...cutNotice(spans.length, trace.spans.length, 'span', 'The first, and those of violations:')]),
    },
    fields: COLUMNS.map(([name, displayName, type, unit]) => ({
      name,
      type,
      values: rows.map((row) => row[name]),
      config: { displayName, ...(unit === undefined ? {} : { unit }) },
    })),
  });
}

/** All spans of a trace of usual size; of a larger one those of violations, their ancestors, and the first others. */
function shownSpans(spans: readonly Span[], about: ReadonlyMap<string, unknown>): readonly Span[] {
  if (spans.length <= MAX_FRAME_ROWS) return spans;
  const byId = new Map(spans.map((span) => [span.span_id, span]));
  const kept = new Set<Span>();
  for (const id of about.keys()) {
    let span = byId.get(id);
    while (span !== undefined && !kept.has(span)) {
      kept.add(span);
      span = byId.get(span.parent_id ?? '');
    }
  }
  for (const span of spans) {
    if (kept.size >= MAX_FRAME_ROWS) break;
    kept.add(span);
  }
  return spans.filter((span) => kept.has(span));
}
