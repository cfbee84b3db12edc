import { css } from '@emotion/css';
import { PluginPage } from '@grafana/runtime';
import {
  type CellProps,
  type Column,
  ConfirmModal,
  EmptyState,
  IconButton,
  Input,
  InteractiveTable,
  LinkButton,
  LoadingPlaceholder,
  Stack,
  Switch,
  TagList,
  TextLink,
} from '@grafana/ui';
import { useCallback, useMemo, useState } from 'react';
import type { Rule } from '#ui/api/types';
import { useHere } from '#ui/browser/use-here';
import { plainText } from '#ui/format/plain-text';
import { SeverityBadge } from '#ui/parts/severity-badge';
import { place } from '../api/place';
import { request } from '../api/request';
import { mayChange } from '../api/role';
import { useAnswer } from '../api/use-answer';
import { DataSourceChoice, useChosenDataSource } from '../app/chosen-data-source';
import { notifyFailed } from '../app/notify';
import { ProblemAlert } from '../app/problem-alert';
import { useIsNarrow } from '../app/use-is-narrow';
import { ConsoleScope } from '../console/console-scope';
import { changeRule, useRuleChanges } from './rule-changes';

const tagsBelow = css({ justifyContent: 'flex-start' });
const shownTags = (tags: readonly string[]): string[] => tags.map((tag) => plainText(tag));

/** All rules: the subject of each, its matches in 24 hours, and whether it is in force. */
export function RulesPage() {
  const { proxy } = useChosenDataSource();
  const editor = mayChange();
  const narrow = useIsNarrow();
  const here = useHere();
  const { value, error, loading, again } = useAnswer(
    useCallback(() => request<{ readonly rules: readonly Rule[] }>(proxy, 'v1/rules', { params: { health: true } }), [proxy]),
  );
  const [search, setSearch] = useState('');
  const [failed, setFailed] = useState<Error>();
  const [deleted, setDeleted] = useState<Rule>();

  useRuleChanges(again);
  const change = useCallback(
    async (rule: Rule, method: 'PATCH' | 'DELETE', data?: object): Promise<void> => {
      setFailed(undefined);
      try {
        await changeRule(proxy, rule, method, data);
      } catch (error) {
        if (here()) setFailed(error as Error);
        else notifyFailed(`${plainText(rule.name)} was not ${method === 'DELETE' ? 'deleted' : 'changed'}: ${(error as Error).message}`);
      }
    },
    [proxy, here],
  );
  const shown = useMemo(() => {
    const text = search.toLowerCase();
    return (value?.rules ?? []).filter(({ id, name, expression, tags }) =>
      [id, name, expression, ...tags].some((each) => each.toLowerCase().includes(text)),
    );
  }, [value, search]);
  const columns = useMemo((): Column<Rule>[] => {
    const cell = (show: (rule: Rule) => React.ReactNode) => (props: CellProps<Rule>) => show(props.row.original);
    return [
      {
        id: 'name',
        header: 'Name',
        sortType: 'string',
        cell: cell(({ id, name, severity, tags }) => (
          <>
            <TextLink href={place(`rules/${encodeURIComponent(id)}`)}>{plainText(name)}</TextLink>
            {narrow ? (
              <>
                <ConsoleScope>
                  <SeverityBadge severity={severity} />
                </ConsoleScope>
                <TagList tags={shownTags(tags)} className={tagsBelow} />
              </>
            ) : null}
          </>
        )),
      },
      {
        id: 'severity',
        header: 'Severity',
        sortType: 'string',
        visible: () => !narrow,
        cell: cell(({ severity }) => (
          <ConsoleScope>
            <SeverityBadge severity={severity} />
          </ConsoleScope>
        )),
      },
      { id: 'tags', header: 'Tags', visible: () => !narrow, cell: cell(({ tags }) => <TagList tags={shownTags(tags)} />) },
      {
        id: 'health',
        header: narrow ? 'In 24 h' : 'Violations in 24 h',
        cell: cell(({ id, health }) =>
          health === undefined ? null : (
            <TextLink href={place('violations', { rule_id: id, from: 'now-24h', to: 'now' })}>{String(health.violations)}</TextLink>
          ),
        ),
      },
      {
        id: 'enabled',
        header: 'Enabled',
        cell: cell((rule) => (
          <Switch
            value={rule.enabled}
            disabled={!editor}
            aria-label={`Enabled: ${plainText(rule.name)}`}
            onChange={() => void change(rule, 'PATCH', { enabled: !rule.enabled })}
          />
        )),
      },
      ...(editor
        ? [
            {
              id: 'delete',
              header: 'Actions',
              cell: cell((rule) => (
                <IconButton name="trash-alt" aria-label={`Delete ${plainText(rule.name)}`} onClick={() => setDeleted(rule)} />
              )),
            },
          ]
        : []),
    ];
  }, [editor, change, narrow]);

  const actions = (
    <Stack direction="row" gap={1}>
      <DataSourceChoice />
      {editor ? (
        <LinkButton icon="plus" href={place('rules/new')}>
          Create Rule
        </LinkButton>
      ) : null}
    </Stack>
  );
  return (
    <PluginPage pageNav={{ text: 'Rules' }} actions={actions}>
      <ProblemAlert what="The rules could not be read." error={error} onRetry={again} />
      <ProblemAlert what="The rule was not changed." error={failed} />
      {editor ? null : <p>Your role in Grafana may look at rules. To change them it takes the role Editor.</p>}
      {value === undefined ? (
        loading ? (
          <LoadingPlaceholder text="Loading rules" />
        ) : null
      ) : value.rules.length === 0 ? (
        <EmptyState
          variant="call-to-action"
          message="There is no rule"
          button={editor ? <LinkButton href={place('rules/new')}>Create Rule</LinkButton> : null}
        >
          A rule says what must not happen in a trace.
        </EmptyState>
      ) : (
        <Stack direction="column" gap={2}>
          <Input
            aria-label="Search rules"
            placeholder="Search by name, expression or tag"
            width={40}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
          <InteractiveTable columns={columns} data={shown} getRowId={({ id }) => id} pageSize={50} />
        </Stack>
      )}
      <ConfirmModal
        isOpen={deleted !== undefined}
        title="Delete rule"
        body={`"${plainText(deleted?.name ?? '')}" judges nothing any more. Its violations stay.`}
        confirmText="Delete"
        onConfirm={() => {
          if (deleted !== undefined) void change(deleted, 'DELETE');
          setDeleted(undefined);
        }}
        onDismiss={() => setDeleted(undefined)}
      />
    </PluginPage>
  );
}
