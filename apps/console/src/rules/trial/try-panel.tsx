import { useEffect, useRef } from 'react';
import type { PreviewBody, Rule, RuleTest } from '#ui/api/types';
import { useHere } from '#ui/browser/use-here';
import { Tabs } from '#ui/parts/tabs';
import { type CasesBody, CasesPanel } from '#ui/trial/cases-panel';
import { answered, client } from '../../api/client';
import { useAddress } from '../../parts/browser/use-address';
import { useToast } from '../../shell/toasts';
import type { Draft } from '../draft';
import { HistoryPanel } from '../history-panel';
import { PreviewPanel } from '../preview/preview-panel';
import { ShadowPanel } from '../preview/shadow-panel';
import { usePreview } from '../preview/use-preview';
import { usePreviewRange } from '../preview/use-preview-range';
import { ServerTestPanel } from './server-test-panel';

interface TryPanelProps {
  readonly rule: Rule | undefined;
  readonly draft: Draft;
  readonly onTests: (tests: readonly RuleTest[]) => void;
  /** Adds a test case to those that the draft has by then. */
  readonly onKeep: (test: RuleTest) => void;
  /** Count how often the editor asked for a test, and for a preview. */
  readonly tests: number;
  readonly previews: number;
  readonly canRun: boolean;
}

/** The matches of the text now, in the past and in shadow, and its versions. */
export function TryPanel({ rule, draft, onTests, onKeep, tests, previews, canRun }: TryPanelProps) {
  const { get, put } = useAddress();
  const here = useHere();
  const say = useToast();
  const keepPreview = (id: string | undefined): void => {
    if (here()) put({ preview: id });
  };
  const preview = usePreview({ id: get('preview'), keep: keepPreview });
  const [range, setRange] = usePreviewRange();
  const body = canRun && draft.expression.trim() !== '' ? previewBody(draft, rule, range) : undefined;
  const latest = useRef({ body, preview, put });
  latest.current = { body, preview, put };
  useEffect(() => {
    const now = latest.current;
    if (previews === 0 || now.body === undefined) return;
    now.put({ tab: 'preview' });
    now.preview.start(now.body);
  }, [previews]);
  useEffect(() => {
    if (tests > 0) latest.current.put({ tab: 'test' });
  }, [tests]);
  const keep = (test: RuleTest): void => {
    if (!here()) return say(`${test.name} was not kept as a case: its rule was left before the trace was read`);
    onKeep(test);
    if (new URLSearchParams(location.search).get('tab') === (get('tab') ?? null)) put({ tab: 'cases' });
    else say(`${test.name} is kept as a case`);
  };
  const tabs = [
    {
      key: 'test',
      text: 'Test',
      content: () => (
        <ServerTestPanel
          expression={draft.expression}
          onError={draft.on_error}
          ruleId={rule?.id}
          run={tests}
          canRun={canRun}
          onKeep={keep}
        />
      ),
    },
    {
      key: 'cases',
      text: draft.tests.length === 0 ? 'Cases' : `Cases ${draft.tests.length}`,
      content: () => (
        <CasesPanel
          expression={draft.expression}
          onError={draft.on_error}
          tests={draft.tests}
          onTests={onTests}
          canRun={canRun}
          run={runCases}
        />
      ),
    },
    {
      key: 'preview',
      text: 'Preview',
      content: () => (
        <PreviewPanel
          run={preview}
          range={range}
          onRange={setRange}
          body={body}
          beside={rule?.version}
          savedExpression={rule?.expression}
        />
      ),
    },
    ...(rule?.mode === 'shadow' ? [{ key: 'shadow', text: 'Shadow', content: () => <ShadowPanel rule={rule} /> }] : []),
    ...(rule === undefined ? [] : [{ key: 'history', text: 'History', content: () => <HistoryPanel rule={rule} /> }]),
  ];
  return (
    <section className="panel" aria-label="Try it">
      <Tabs label="Try it" tabs={tabs} selected={get('tab') ?? 'test'} onSelect={(tab) => put({ tab })} />
    </section>
  );
}

const runCases = async (body: CasesBody) => (await answered(client.POST('/v1/rules/test-cases', { body }))).results;

/** A changed text is compared with the saved one. */
function previewBody({ name, expression, on_error, message }: Draft, rule: Rule | undefined, range: string): PreviewBody {
  return {
    expression,
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    ...(range === '' ? {} : { from: range }),
    on_error,
    ...(message.trim() === '' ? {} : { message }),
    ...(rule === undefined || rule.expression === expression ? {} : { compare_with: { rule_id: rule.id } }),
  } as PreviewBody;
}
