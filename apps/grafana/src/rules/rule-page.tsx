import { PluginPage } from '@grafana/runtime';
import { Alert, Button, Combobox, Field, Input, LinkButton, LoadingPlaceholder, Stack, Switch, TagsInput, TextArea } from '@grafana/ui';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { SEVERITIES } from '#console/api/types';
import { DiagnosticsList } from '#console/rules/editor/diagnostics-list';
import type { Vocabulary } from '#console/rules/editor/dsl-language';
import ExpressionEditor from '#console/rules/editor/expression-editor';
import { place } from '../api/place';
import { request } from '../api/request';
import { mayChange } from '../api/role';
import type { Rule } from '../api/types';
import { useAnswer } from '../api/use-answer';
import { useChosenDataSource } from '../app/chosen-data-source';
import { ProblemAlert } from '../app/problem-alert';
import { ConsoleScope } from '../console/console-scope';
import { askSeenThrough } from './ask-seen';
import { draftOf, NEW_RULE, type RuleDraft } from './rule-draft';
import { useValidation } from './use-validation';

/** One rule: the form of the guide, with the console's editor for its text. */
export default function RulePage() {
  const { id } = useParams();
  const { proxy } = useChosenDataSource();
  const { value, error, again } = useAnswer(
    useCallback(async () => (id === undefined ? undefined : request<Rule>(proxy, `v1/rules/${encodeURIComponent(id)}`)), [proxy, id]),
  );
  const ready = id === undefined || value?.id === id;
  return (
    <PluginPage
      pageNav={{ text: id === undefined ? 'Create Rule' : (value?.name ?? id), parentItem: { text: 'Rules', url: place('rules') } }}
    >
      <ProblemAlert what="The rule could not be read." error={error} onRetry={again} />
      {ready ? (
        <RuleForm key={`${id} ${value?.version}`} rule={value} />
      ) : error === undefined ? (
        <LoadingPlaceholder text="Loading rule" />
      ) : null}
    </PluginPage>
  );
}

function RuleForm({ rule }: { readonly rule: Rule | undefined }) {
  const { proxy } = useChosenDataSource();
  const navigate = useNavigate();
  const editor = mayChange();
  const [draft, setDraft] = useState<RuleDraft>(rule === undefined ? NEW_RULE : draftOf(rule));
  const [failed, setFailed] = useState<Error>();
  const [saving, setSaving] = useState(false);
  const [vocabulary, setVocabulary] = useState<Vocabulary>();
  const seen = useMemo(() => askSeenThrough(proxy), [proxy]);
  const put = (part: Partial<RuleDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const diagnostics = useValidation(editor ? proxy : '', editor ? draft.expression : '');
  useEffect(() => {
    // Without it one writes as well, only without completion.
    request<Vocabulary>(proxy, 'v1/dsl').then(setVocabulary, () => undefined);
  }, [proxy]);
  const save = async (): Promise<void> => {
    if (!editor || saving) return;
    setSaving(true);
    setFailed(undefined);
    try {
      if (rule === undefined) await request(proxy, 'v1/rules', { method: 'POST', data: draft });
      else
        await request(proxy, `v1/rules/${encodeURIComponent(rule.id)}`, {
          method: 'PATCH',
          data: draft,
          headers: { 'If-Match': `"${rule.version}"` },
        });
      navigate('/rules');
    } catch (error) {
      setFailed(error as Error);
      setSaving(false);
    }
  };
  return (
    <Stack direction="column" gap={2}>
      <ProblemAlert what="The rule was not saved." error={failed} />
      {editor ? null : <Alert severity="info" title="Your role in Grafana may look at rules. To change them it takes the role Editor." />}
      <Field label="Name" noMargin>
        <Input
          id="rule-name"
          value={draft.name}
          maxLength={200}
          disabled={!editor}
          onChange={(event) => put({ name: event.currentTarget.value })}
        />
      </Field>
      <Field label="Description" noMargin>
        <TextArea
          id="rule-description"
          rows={2}
          value={draft.description}
          disabled={!editor}
          onChange={(event) => put({ description: event.currentTarget.value })}
        />
      </Field>
      <div>
        <p>Expression: what must not happen</p>
        <ConsoleScope className="panel">
          <ExpressionEditor
            value={draft.expression}
            onChange={(expression) => put({ expression })}
            diagnostics={diagnostics}
            vocabulary={vocabulary}
            seen={seen}
            onSave={() => void save()}
            onTest={() => undefined}
          />
          {diagnostics.length === 0 ? null : (
            <DiagnosticsList
              diagnostics={diagnostics}
              onFix={({ start = 0, end = 0, text = '' }) =>
                put({ expression: draft.expression.slice(0, start) + text + draft.expression.slice(end) })
              }
            />
          )}
        </ConsoleScope>
      </div>
      <Field label="Severity" noMargin>
        <Combobox
          id="rule-severity"
          width={24}
          options={SEVERITIES.map((value) => ({ value, label: value }))}
          value={draft.severity}
          disabled={!editor}
          onChange={({ value }) => put({ severity: value })}
        />
      </Field>
      <Field label="Tags" noMargin>
        <TagsInput id="rule-tags" tags={[...draft.tags]} disabled={!editor} onChange={(tags) => put({ tags })} />
      </Field>
      <Field label="Enabled" noMargin description="It judges every span from its saving on">
        <Switch
          id="rule-enabled"
          value={draft.enabled}
          disabled={!editor}
          onChange={(event) => put({ enabled: event.currentTarget.checked })}
        />
      </Field>
      <Stack direction="row" gap={1}>
        {editor ? (
          <Button disabled={saving || draft.name.trim() === '' || draft.expression.trim() === ''} onClick={() => void save()}>
            Save
          </Button>
        ) : null}
        <LinkButton variant="secondary" href={place('rules')}>
          {editor ? 'Cancel' : 'Back'}
        </LinkButton>
      </Stack>
    </Stack>
  );
}
