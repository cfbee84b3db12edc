import { type DataFrame, type DataLink, FieldType, textUtil, toDataFrame } from '@grafana/data';
import type { Violation, ViolationList, ViolationStats } from '#ui/api/types';
import { violationSentence } from '#ui/explanation/violation-sentence';
import { place } from '../api/place';
import { type Column, cutNotice, fieldsOf, noticed, SEVERITY_CONFIG, severityColor } from './frame-parts';
import { shownText } from './shown-text';

/** Placeholders in links that Grafana replaces by the value of a cell, or of another of its row. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's, not JavaScript's
const RAW_VALUE = '${__value.raw}';
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's, not JavaScript's
const RULE_ID = '${__data.fields["Rule ID"]}';

/** Where a trace can be seen beside BeTrace. */
export interface TempoSource {
  readonly uid: string;
  readonly name: string;
}

const STATUSES: Readonly<Record<Violation['status'], string>> = { open: 'Open', retracted: 'Retracted', undecided: 'Undecided' };

/** A table of violations, newest first, with links to pages that ask the same data source. */
export function violationsFrame(refId: string, list: ViolationList, uid: string, tempo: TempoSource | undefined): DataFrame {
  const { violations, total, total_is } = list;
  const ds = encodeURIComponent(uid);
  const view: DataLink = { title: 'View Trace', url: `${place('violations/')}${RAW_VALUE}?ds=${ds}` };
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
  const ofTrace: DataLink = { title: 'Violations of this trace', url: `${place('traces/')}${RAW_VALUE}?ds=${ds}` };
  const ofRule: DataLink = { title: 'Violations of this rule', url: `${place('violations')}?ds=${ds}&rule_id=${RULE_ID}` };
  const columns: Column<Violation>[] = [
    { name: 'Time', type: FieldType.time, of: ({ timestamp_ms }) => timestamp_ms, config: { custom: { width: 180 } } },
    { name: 'Severity', type: FieldType.string, of: ({ severity }) => severity, config: SEVERITY_CONFIG },
    { name: 'Rule', type: FieldType.string, of: ({ rule_name }) => rule_name, config: { links: [ofRule] } },
    { name: 'Service', type: FieldType.string, of: ({ service }) => service },
    { name: 'Why', type: FieldType.string, of: (violation) => violationSentence(violation), config: { custom: { minWidth: 300 } } },
    { name: 'Status', type: FieldType.string, of: ({ status }) => STATUSES[status], config: { custom: { width: 100 } } },
    {
      name: 'Trace',
      type: FieldType.string,
      of: ({ wire_trace_id }) => wire_trace_id,
      config: { links: [...inTempo, ofTrace], custom: { width: 130 } },
      isId: true,
    },
    { name: 'Violation', type: FieldType.string, of: ({ id }) => id, config: { links: [view], custom: { width: 130 } }, isId: true },
    { name: 'Rule ID', type: FieldType.string, of: ({ rule_id }) => rule_id, config: { custom: { width: 150 } }, isId: true },
  ];
  return toDataFrame({
    refId,
    name: 'Violations',
    meta: {
      preferredVisualisationType: 'table',
      ...noticed(cutNotice(violations.length, total, 'violation', 'The newest', total_is === 'at_least')),
    },
    fields: fieldsOf(violations, columns),
  });
}

/** Violations by the names that Grafana gives to the parts of an annotation. It shows title and text as HTML, and splits tags at commas. */
export function annotationFrame(refId: string, { violations }: ViolationList, uid: string): DataFrame {
  const tags = ({ severity, service }: Violation): string =>
    [severity, shownText(service).replaceAll(',', ' ')].filter((tag) => tag !== '').join(',');
  return toDataFrame({
    refId,
    name: 'Violations',
    fields: fieldsOf(violations, [
      { name: 'time', type: FieldType.time, of: ({ timestamp_ms }) => timestamp_ms },
      { name: 'title', type: FieldType.string, of: ({ rule_name }) => textUtil.escapeHtml(rule_name) },
      {
        name: 'text',
        type: FieldType.string,
        of: (violation) =>
          `${textUtil.escapeHtml(shownText(violationSentence(violation)))} <a href="${place(`violations/${encodeURIComponent(violation.id)}`, { ds: uid })}">View Trace</a>`,
        isId: true,
      },
      { name: 'tags', type: FieldType.string, of: tags },
    ]),
  });
}

/** Counts over time, one frame per group; the groups beyond the largest share one. */
export function countFrames(refId: string, stats: ViolationStats): DataFrame[] {
  const times = stats.buckets.map((bucket) => bucket * 1000);
  const frame = (name: string, counts: readonly number[], color?: string): DataFrame =>
    toDataFrame({
      refId,
      name,
      fields: [
        { name: 'Time', type: FieldType.time, values: times, config: {} },
        {
          name,
          type: FieldType.number,
          values: [...counts],
          config: {
            displayNameFromDS: name,
            unit: 'short',
            decimals: 0,
            ...(color === undefined ? {} : { color: { mode: 'fixed', fixedColor: color } }),
          },
        },
      ],
    });
  const all = stats.groups ?? [];
  const names = all.map(({ key, rule_name }) => (key === '' ? 'not named' : shownText(rule_name ?? key)));
  const groups = all.map(({ key, counts }, at) => {
    const name = names[at] ?? key;
    // Rules may share a name.
    const isShared = names.indexOf(name) !== names.lastIndexOf(name);
    return frame(isShared ? `${name} (${key})` : name, counts, severityColor(key));
  });
  const others =
    stats.others === undefined || stats.others.groups === 0
      ? []
      : [frame(stats.others.groups === 1 ? '1 other' : `${stats.others.groups} others`, stats.others.counts)];
  return groups.length === 0 ? [frame('Violations', stats.counts)] : [...groups, ...others];
}
