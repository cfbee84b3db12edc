import { type DataFrame, dateTime, FieldType, toDataFrame } from '@grafana/data';
import type { Rule } from '#ui/api/types';
import { place } from '../api/place';
import { cutNotice, fieldsOf, noticed, SEVERITY_CONFIG } from './frame-parts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's, not JavaScript's
const RAW_VALUE = '${__value.raw}';
const COUNT = { unit: 'short', decimals: 0 } as const;

/** All rules as a table. */
export function rulesFrame(refId: string, rules: readonly Rule[], uid: string): DataFrame {
  const fields = fieldsOf(rules, [
    {
      name: 'Rule ID',
      type: FieldType.string,
      of: ({ id }) => id,
      config: { links: [{ title: 'Open rule', url: `${place('rules/')}${RAW_VALUE}?ds=${encodeURIComponent(uid)}` }] },
      isId: true,
    },
    { name: 'Name', type: FieldType.string, of: ({ name }) => name },
    { name: 'Severity', type: FieldType.string, of: ({ severity }) => severity, config: SEVERITY_CONFIG },
    { name: 'Enabled', type: FieldType.boolean, of: ({ enabled }) => enabled },
    { name: 'Tags', type: FieldType.string, of: ({ tags }) => tags.join(', ') },
    { name: 'Violations in 24 h', type: FieldType.number, of: ({ health }) => health?.violations ?? null, config: COUNT },
    { name: 'Undecided in 24 h', type: FieldType.number, of: ({ health }) => health?.undecided ?? null, config: COUNT },
    { name: 'Errors in 24 h', type: FieldType.number, of: ({ health }) => health?.evaluation_errors ?? null, config: COUNT },
    {
      name: 'Last match',
      type: FieldType.time,
      of: ({ health }) => (health?.last_match_at === undefined ? null : dateTime(health.last_match_at).valueOf()),
    },
    { name: 'Expression', type: FieldType.string, of: ({ expression }) => expression, config: { custom: { minWidth: 300 } } },
  ]);
  const shown = fields[0]?.values.length ?? 0;
  return toDataFrame({
    refId,
    name: 'Rules',
    meta: { preferredVisualisationType: 'table', ...noticed(cutNotice(shown, rules.length, 'rule', 'The first')) },
    fields,
  });
}
