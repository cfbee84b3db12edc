import { type DataFrame, type DataLink, dateTime, FieldType, type TraceKeyValuePair, type TraceSpanRow, toDataFrame } from '@grafana/data';
import type { Rule, Trace, Violation, ViolationStats } from '#ui/api/types';
import { violationSentence } from '#ui/explanation/violation-sentence';
import { place } from '../api/place';

/** The placeholder in a link that Grafana replaces by the unescaped value of a cell. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's, not JavaScript's
const RAW_VALUE = '${__value.raw}';

/** Where a trace can be seen beside BeTrace. */
export interface TempoSource {
  readonly uid: string;
  readonly name: string;
}

/** A table of violations, newest first, with the ways to each. */
export function violationsFrame(refId: string, violations: readonly Violation[], tempo: TempoSource | undefined): DataFrame {
  const column = (name: string, type: FieldType, of: (violation: Violation) => unknown, links: DataLink[] = []) => ({
    name,
    type,
    values: violations.map(of),
    config: links.length === 0 ? {} : { links },
  });
  const inTempo: DataLink[] =
    tempo === undefined
      ? []
      : [
          {
            title: 'Open in Tempo',
            url: '',
            internal: {
              datasourceUid: tempo.uid,
              datasourceName: tempo.name,
              // Raw: the identifier must not be escaped for a URL.
              query: { queryType: 'traceql', query: RAW_VALUE },
            },
          },
        ];
  return toDataFrame({
    refId,
    name: 'Violations',
    meta: { preferredVisualisationType: 'table' },
    fields: [
      column('Time', FieldType.time, ({ timestamp_ms }) => timestamp_ms),
      column('Severity', FieldType.string, ({ severity }) => severity),
      column('Rule', FieldType.string, ({ rule_name }) => rule_name),
      column('Service', FieldType.string, ({ service }) => service),
      column('Message', FieldType.string, (violation) => violationSentence(violation)),
      column('Trace', FieldType.string, ({ wire_trace_id }) => wire_trace_id, inTempo),
      column('Violation', FieldType.string, ({ id }) => id, [{ title: 'View Trace', url: place('violations/').concat(RAW_VALUE) }]),
    ],
  });
}

/** Counts over time, one frame per group; the groups beyond the largest share one. */
export function countFrames(refId: string, stats: ViolationStats): DataFrame[] {
  const times = stats.buckets.map((bucket) => bucket * 1000);
  const frame = (name: string, counts: readonly number[]): DataFrame =>
    toDataFrame({
      refId,
      name,
      fields: [
        { name: 'Time', type: FieldType.time, values: times, config: {} },
        { name, type: FieldType.number, values: [...counts], config: { displayNameFromDS: name, unit: 'short', decimals: 0 } },
      ],
    });
  const groups = (stats.groups ?? []).map(({ key, rule_name, counts }) => frame(rule_name ?? (key === '' ? 'not named' : key), counts));
  const others =
    stats.others === undefined || stats.others.groups === 0 ? [] : [frame(`${stats.others.groups} others`, stats.others.counts)];
  return groups.length === 0 ? [frame('Violations', stats.counts)] : [...groups, ...others];
}

/** All rules as a table. */
export function rulesFrame(refId: string, rules: readonly Rule[]): DataFrame {
  const column = (name: string, type: FieldType, of: (rule: Rule) => unknown) => ({ name, type, values: rules.map(of), config: {} });
  return toDataFrame({
    refId,
    name: 'Rules',
    meta: { preferredVisualisationType: 'table' },
    fields: [
      column('Id', FieldType.string, ({ id }) => id),
      column('Name', FieldType.string, ({ name }) => name),
      column('Severity', FieldType.string, ({ severity }) => severity),
      column('Enabled', FieldType.boolean, ({ enabled }) => enabled),
      column('Tags', FieldType.string, ({ tags }) => tags.join(', ')),
      column('Violations in 24 h', FieldType.number, ({ health }) => health?.violations ?? null),
      column('Undecided in 24 h', FieldType.number, ({ health }) => health?.undecided ?? null),
      column('Errors in 24 h', FieldType.number, ({ health }) => health?.evaluation_errors ?? null),
      column('Last match', FieldType.time, ({ health }) =>
        health?.last_match_at === undefined ? null : dateTime(health.last_match_at).valueOf(),
      ),
      column('Expression', FieldType.string, ({ expression }) => expression),
    ],
  });
}

const NANOS_PER_MS = 1_000_000;

/** Milliseconds with their fraction, of nanoseconds beyond 2^53. */
const milliseconds = (nanos: string): number => Number(BigInt(nanos) / 1000n) / 1000;

const pairs = (of: Readonly<Record<string, unknown>>): TraceKeyValuePair[] => Object.entries(of).map(([key, value]) => ({ key, value }));

interface SpanEvent {
  readonly name?: string;
  readonly time?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** A trace as Grafana's trace view takes it; spans that a violation is about carry it as a warning. */
export function traceFrame(refId: string, trace: Trace, violations: readonly Violation[]): DataFrame {
  const about = Map.groupBy(violations, ({ span_id }) => span_id);
  const rows: TraceSpanRow[] = trace.spans.map((span) => {
    const found = about.get(span.span_id) ?? [];
    return {
      traceID: trace.trace_id,
      spanID: span.span_id,
      parentSpanID: span.parent_id,
      operationName: span.name,
      serviceName: span.service,
      serviceTags: pairs(span.resource),
      kind: span.kind,
      startTime: milliseconds(span.start_time),
      duration: Number(BigInt(span.end_time) - BigInt(span.start_time)) / NANOS_PER_MS,
      statusCode: span.status === 'error' ? 2 : span.status === 'ok' ? 1 : 0,
      statusMessage: span.status_message,
      tags: pairs(span.attributes),
      logs: (span.events as readonly SpanEvent[]).map(({ name = '', time = span.start_time, attributes = {} }) => ({
        timestamp: milliseconds(time),
        name,
        fields: pairs(attributes),
      })),
      warnings: found.map((violation) => `BeTrace ${violation.severity} ${violation.rule_name}: ${violationSentence(violation)}`),
    };
  });
  const column = (name: keyof TraceSpanRow, type: FieldType) => ({ name, type, values: rows.map((row) => row[name]), config: {} });
  return toDataFrame({
    refId,
    name: 'Trace',
    meta: { preferredVisualisationType: 'trace' },
    fields: [
      column('traceID', FieldType.string),
      column('spanID', FieldType.string),
      column('parentSpanID', FieldType.string),
      column('operationName', FieldType.string),
      column('serviceName', FieldType.string),
      column('serviceTags', FieldType.other),
      column('kind', FieldType.string),
      column('startTime', FieldType.number),
      column('duration', FieldType.number),
      column('statusCode', FieldType.number),
      column('statusMessage', FieldType.string),
      column('tags', FieldType.other),
      column('logs', FieldType.other),
      column('warnings', FieldType.other),
    ],
  });
}
