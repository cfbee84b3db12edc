import type { QueryEditorProps } from '@grafana/data';
import { Combobox, InlineField, Input, Stack } from '@grafana/ui';
import { useState } from 'react';
import type { BeTraceDataSource } from './data-source';
import { type BeTraceQuery, DEFAULT_QUERY, GROUPS, QUERY_TYPES } from './query';
import type { BeTraceSettings } from './settings';

type Props = QueryEditorProps<BeTraceDataSource, BeTraceQuery, BeTraceSettings>;

const SEVERAL = 'One or more, with commas between them. Variables may have several values.';

/** The editor of a query; filters take variables. */
export function QueryEditor({ query: written, onChange, onRunQuery }: Props) {
  const query = { ...DEFAULT_QUERY, ...written };
  const put = (part: Partial<BeTraceQuery>): void => {
    onChange({ ...query, ...part });
    onRunQuery();
  };
  const { queryType = 'violations' } = query;
  const filtered = queryType === 'violations' || queryType === 'counts';
  return (
    <Stack direction="row" gap={0} wrap="wrap">
      <InlineField label="Query type">
        <Combobox
          id={`${query.refId}-type`}
          width={24}
          options={[...QUERY_TYPES]}
          value={queryType}
          onChange={({ value }) => put({ queryType: value })}
        />
      </InlineField>
      {filtered ? (
        <>
          <Text label="Rule ID" about={SEVERAL} value={query.ruleId} onChange={(ruleId) => put({ ruleId })} />
          <Text label="Severity" about={SEVERAL} value={query.severity} onChange={(severity) => put({ severity })} />
          <Text label="Service" about={SEVERAL} value={query.service} onChange={(service) => put({ service })} />
        </>
      ) : null}
      {queryType === 'violations' ? (
        <Text
          label="Limit"
          value={String(query.limit ?? 100)}
          onChange={(limit) => put({ limit: Number(limit) > 0 ? Number(limit) : 100 })}
        />
      ) : null}
      {queryType === 'counts' ? (
        <InlineField label="Group by">
          <Combobox
            id={`${query.refId}-group`}
            width={18}
            options={GROUPS.map((value) => ({ value, label: value }))}
            value={query.groupBy ?? 'severity'}
            onChange={({ value }) => put({ groupBy: value })}
          />
        </InlineField>
      ) : null}
      {queryType === 'trace' ? <Text label="Trace or violation ID" value={query.traceId} onChange={(traceId) => put({ traceId })} /> : null}
    </Stack>
  );
}

interface TextProps {
  readonly label: string;
  /** How to write a filter. An empty one selects everything. */
  readonly about?: string;
  readonly value: string | undefined;
  /** Called when the field loses the focus, or at Enter. */
  readonly onChange: (value: string) => void;
}

function Text({ label, about, value = '', onChange }: TextProps) {
  const [text, setText] = useState(value);
  return (
    <InlineField label={label} {...(about === undefined ? {} : { tooltip: about })}>
      <Input
        aria-label={label}
        width={20}
        placeholder={about === undefined ? '' : 'All'}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={() => onChange(text.trim())}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onChange(text.trim());
        }}
      />
    </InlineField>
  );
}
