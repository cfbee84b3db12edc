import { type RawTimeRange, rangeUtil } from '@grafana/data';
import { PluginPage } from '@grafana/runtime';
import { Button, Combobox, EmptyState, Field, IconButton, Input, LoadingPlaceholder, Stack, TimeRangeInput } from '@grafana/ui';
import { useCallback, useState } from 'react';
import { type Rule, SEVERITIES, type ViolationList } from '#ui/api/types';
import { saveFile } from '#ui/browser/save-file';
import { useHere } from '#ui/browser/use-here';
import { exactCount, plural } from '#ui/format/count';
import { plainText } from '#ui/format/plain-text';
import { request } from '../api/request';
import { useAnswer } from '../api/use-answer';
import { DataSourceChoice, useChosenDataSource } from '../app/chosen-data-source';
import { notifyFailed } from '../app/notify';
import { ProblemAlert } from '../app/problem-alert';
import { useSearch } from '../app/use-search';
import { apiFilter, CUSTOM, LIMITS, RANGES } from './violation-filter';
import { ViolationTable } from './violation-table';

const ANY = '';
const MAX_EXPORTED = 100_000;
/** Filters that only links set. They are shown, and can be removed. */
const OF_LINKS = [
  ['service', 'Service'],
  ['trace_id', 'Trace ID'],
] as const;

/** Violations, newest first, by the filters in the URL. */
export function ViolationsPage() {
  const { proxy } = useChosenDataSource();
  const [search] = useSearch();
  const here = useHere();
  const limit = LIMITS.find((each) => String(each) === search.get('limit')) ?? LIMITS[0];
  // With the filter of the request: a relative time changes with each request.
  const {
    value: answer,
    error,
    loading,
    again,
  } = useAnswer(
    useCallback(async () => {
      const filter = apiFilter(search);
      return { filter, list: await request<ViolationList>(proxy, 'v1/violations', { params: { ...filter, view: 'full', limit } }) };
    }, [proxy, search, limit]),
  );
  const value = answer?.list;
  const [failed, setFailed] = useState<Error>();
  /** Exactly the filtered violations, including those beyond the page. */
  const exportCsv = async (): Promise<void> => {
    setFailed(undefined);
    try {
      const params = { ...answer?.filter, format: 'csv', limit: MAX_EXPORTED };
      const text = await request<string>(proxy, 'v1/violations/export', { params, responseType: 'text' });
      saveFile(new Blob([text], { type: 'text/csv' }), 'violations.csv');
      // One line has the column names.
      if (text.split('\r\n').length > MAX_EXPORTED + 1)
        notifyFailed(`The file has the newest ${exactCount(MAX_EXPORTED)} violations. Export older ones by an earlier time range.`);
    } catch (reason) {
      if (here()) setFailed(reason as Error);
      else notifyFailed(`The violations were not exported: ${(reason as Error).message}`);
    }
  };
  const actions = (
    <Stack direction="row" gap={1}>
      <DataSourceChoice />
      <Button icon="sync" variant="secondary" onClick={again}>
        Refresh
      </Button>
      <Button icon="download-alt" variant="secondary" disabled={(value?.total ?? 0) === 0} onClick={() => void exportCsv()}>
        Export CSV
      </Button>
    </Stack>
  );
  return (
    <PluginPage pageNav={{ text: 'Violations' }} actions={actions}>
      <Stack direction="column" gap={2}>
        <Filters limit={limit} />
        <ProblemAlert what="The violations could not be read." error={error} onRetry={again} />
        <ProblemAlert what="The violations were not exported." error={failed} />
        {value === undefined ? (
          loading ? (
            <LoadingPlaceholder text="Loading violations" />
          ) : null
        ) : value.total === 0 ? (
          <EmptyState variant="not-found" message="No violation in this time, by these filters" />
        ) : (
          <>
            <p aria-live="polite">
              {value.total_is === 'at_least' ? 'More than ' : ''}
              {plural(value.total, 'violation')}
              {value.total > value.violations.length ? `, the newest ${value.violations.length} are shown` : ''}
            </p>
            <ViolationTable violations={value.violations} />
          </>
        )}
      </Stack>
    </PluginPage>
  );
}

function Filters({ limit }: { readonly limit: number }) {
  const { proxy } = useChosenDataSource();
  const [search, change] = useSearch();
  const { value: rules } = useAnswer(useCallback(() => request<{ readonly rules: readonly Rule[] }>(proxy, 'v1/rules'), [proxy]));
  const from = search.get('from') ?? 'now-1h';
  const to = search.get('to') ?? 'now';
  const known = search.get('start_time') === null && to === 'now' && RANGES.some(({ value }) => value === from);
  const [custom, setCustom] = useState(!known);
  const raw: RawTimeRange = { from, to };
  const ruleId = search.get('rule_id') ?? ANY;
  const ruleOptions = [...new Set([...(rules?.rules ?? []).map(({ id }) => id), ruleId].filter((id) => id !== ANY))].map((value) => ({
    value,
    label: plainText(value),
  }));
  return (
    <Stack direction="row" gap={2} wrap="wrap" alignItems="flex-end">
      <Field label="Rule ID" noMargin>
        <Combobox
          id="filter-rule"
          width={32}
          options={[{ value: ANY, label: 'Any' }, ...ruleOptions]}
          value={ruleId}
          onChange={({ value }) => change({ rule_id: value })}
        />
      </Field>
      <Field label="Severity" noMargin>
        <Combobox
          id="filter-severity"
          width={18}
          options={[{ value: ANY, label: 'Any' }, ...SEVERITIES.map((value) => ({ value: value as string, label: value as string }))]}
          value={search.get('severity') ?? ANY}
          onChange={({ value }) => change({ severity: value })}
        />
      </Field>
      <Field label="Time Range" noMargin>
        <Combobox
          id="filter-range"
          width={18}
          options={[
            ...RANGES.map(({ label, value }) => ({ label: label as string, value: value as string })),
            { label: 'Custom', value: CUSTOM },
          ]}
          value={custom ? CUSTOM : from}
          onChange={({ value }) => {
            setCustom(value === CUSTOM);
            if (value !== CUSTOM) change({ from: value, to: undefined, start_time: undefined, end_time: undefined });
          }}
        />
      </Field>
      {custom ? (
        <TimeRangeInput
          value={rangeUtil.convertRawToRange(raw)}
          onChange={(range) =>
            change({ from: String(range.from.valueOf()), to: String(range.to.valueOf()), start_time: undefined, end_time: undefined })
          }
        />
      ) : null}
      <Field label="Limit" noMargin>
        <Combobox
          id="filter-limit"
          width={12}
          options={LIMITS.map((value) => ({ value: value as number, label: String(value) }))}
          value={limit}
          onChange={({ value }) => change({ limit: String(value) })}
        />
      </Field>
      {OF_LINKS.map(([name, label]) => {
        const value = search.get(name) ?? '';
        return value === '' ? null : (
          <Field key={name} label={label} noMargin>
            <Input
              id={`filter-${name}`}
              width={36}
              readOnly
              value={plainText(value)}
              suffix={<IconButton name="times" aria-label={`Remove the filter ${label}`} onClick={() => change({ [name]: undefined })} />}
            />
          </Field>
        );
      })}
    </Stack>
  );
}
