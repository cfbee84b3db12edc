import { PluginPage } from '@grafana/runtime';
import {
  Alert,
  Box,
  Button,
  Combobox,
  Field,
  Input,
  LinkButton,
  LoadingPlaceholder,
  Stack,
  Switch,
  TagsInput,
  TextArea,
} from '@grafana/ui';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { type Rule, type RuleTest, SEVERITIES, type TestCaseResult } from '#ui/api/types';
import { useHere } from '#ui/browser/use-here';
import { DiagnosticsList } from '#ui/editor/diagnostics-list';
import ExpressionEditor from '#ui/editor/expression-editor';
import type { Vocabulary } from '#ui/editor/vocabulary';
import { plainText } from '#ui/format/plain-text';
import { type CasesBody, CasesPanel } from '#ui/trial/cases-panel';
import { FailingList } from '#ui/trial/failing-list';
import { hasHalfTest, writtenTests } from '#ui/trial/written-tests';
import { appPath, place } from '../api/place';
import { RequestProblem, request } from '../api/request';
import { mayChange } from '../api/role';
import { useAnswer } from '../api/use-answer';
import { useChosenDataSource } from '../app/chosen-data-source';
import { notifyDone, notifyFailed } from '../app/notify';
import { ProblemAlert } from '../app/problem-alert';
import { ConsoleScope } from '../console/console-scope';
import { askSeenThrough } from './ask-seen';
import { tellRuleChange } from './rule-changes';
import { draftOf, NEW_RULE, type RuleDraft } from './rule-draft';
import { RuleTrial } from './rule-trial';
import { formatted, useValidation } from './use-validation';

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
      pageNav={{
        text: id === undefined ? 'Create Rule' : plainText(value?.name ?? id),
        parentItem: { text: 'Rules', url: place('rules') },
      }}
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
  const here = useHere();
  const [draft, setDraft] = useState<RuleDraft>(rule === undefined ? NEW_RULE : draftOf(rule));
  const [failed, setFailed] = useState<Error>();
  const [saving, setSaving] = useState(false);
  /** The failures of test cases. */
  const [failing, setFailing] = useState<readonly string[]>();
  const [tests, setTests] = useState(0);
  const [vocabulary, setVocabulary] = useState<Vocabulary>();
  const seen = useMemo(() => askSeenThrough(proxy), [proxy]);
  const put = (part: Partial<RuleDraft>): void => {
    // The failed test cases were those of another draft.
    setFailing(undefined);
    setDraft((before) => ({ ...before, ...part }));
  };
  const isWhole = draft.name.trim() !== '' && draft.expression.trim() !== '' && !hasHalfTest(draft);
  const diagnostics = useValidation(editor ? proxy : '', editor ? draft.expression : '');
  useEffect(() => {
    // Without it the editor works, but has no completion.
    request<Vocabulary>(proxy, 'v1/dsl').then(setVocabulary, () => undefined);
  }, [proxy]);
  /** Its test cases are run first; `anyway`: also when they fail. */
  const save = async (anyway = false): Promise<void> => {
    if (!editor || saving || !isWhole) return;
    setSaving(true);
    setFailed(undefined);
    setFailing(undefined);
    const data = { ...draft, tests: writtenTests(draft.tests) };
    const params = anyway ? {} : { run_tests: true };
    try {
      const saved =
        rule === undefined
          ? await request<Rule>(proxy, 'v1/rules', { method: 'POST', data, params })
          : await request<Rule>(proxy, `v1/rules/${encodeURIComponent(rule.id)}`, {
              method: 'PATCH',
              data,
              params,
              headers: { 'If-Match': `"${rule.version}"` },
            });
      notifyDone(`${plainText(saved.name)} is saved as version ${saved.version}, in force from the next span on`);
      tellRuleChange();
      // If the user opened another page during the save, that page stays.
      if (here()) navigate(appPath('rules'));
    } catch (error) {
      if (!here()) return notifyFailed(`${plainText(draft.name.trim())} was not saved: ${(error as Error).message}`);
      if (error instanceof RequestProblem && error.code === 'BT_API_RULE_TESTS_FAIL')
        setFailing(error.errors.map(({ message = '' }) => message));
      else setFailed(error as Error);
      setSaving(false);
    }
  };
  const format = (): void => {
    // A text that cannot be parsed stays unchanged; the problems below give the reason.
    formatted(draft.expression).then(
      (expression) => expression !== undefined && put({ expression }),
      () => undefined,
    );
  };
  const keep = (test: RuleTest): void => {
    if (!here()) return notifyFailed(`${plainText(test.name)} was not kept as a case: its rule was left before the trace was read`);
    setDraft((before) => ({ ...before, tests: [...before.tests, test] }));
  };
  const runCases = useCallback(
    async (data: CasesBody) =>
      (await request<{ readonly results: readonly TestCaseResult[] }>(proxy, 'v1/rules/test-cases', { method: 'POST', data })).results,
    [proxy],
  );
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
            onTest={() => setTests((n) => n + 1)}
            onFormat={format}
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
        {editor ? (
          <Box marginTop={1}>
            <Button variant="secondary" size="sm" disabled={draft.expression.trim() === ''} onClick={format}>
              Format
            </Button>
          </Box>
        ) : null}
      </div>
      {editor ? (
        <div>
          <p>Test on a trace</p>
          <ConsoleScope className="panel">
            <RuleTrial
              proxy={proxy}
              expression={draft.expression}
              onError={draft.on_error}
              ruleId={rule?.id}
              run={tests}
              canRun={!diagnostics.some(({ severity }) => severity === 'error')}
              onKeep={keep}
            />
          </ConsoleScope>
        </div>
      ) : null}
      {editor || draft.tests.length > 0 ? (
        <div>
          <p>Test cases</p>
          <ConsoleScope className="panel">
            <CasesPanel
              expression={draft.expression}
              onError={draft.on_error}
              tests={draft.tests}
              onTests={(tests) => put({ tests })}
              canRun={editor && !diagnostics.some(({ severity }) => severity === 'error')}
              run={runCases}
            />
          </ConsoleScope>
        </div>
      ) : null}
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
      {failing === undefined ? null : (
        <Alert severity="warning" title="Test cases fail. Nothing was saved: the rule in force is as it was.">
          <ConsoleScope>
            <FailingList tests={failing} />
          </ConsoleScope>
          <Button variant="destructive" size="sm" onClick={() => void save(true)}>
            Save anyway
          </Button>
        </Alert>
      )}
      <Stack direction="row" gap={1}>
        {editor ? (
          <Button disabled={saving || !isWhole} onClick={() => void save()}>
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
