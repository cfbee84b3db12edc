import { useQuery } from '@tanstack/react-query';
import { ChevronRight, CircleX, Trash2 } from 'lucide-react';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Diagnostic, Rule } from '#ui/api/types';
import { DiagnosticsList } from '#ui/editor/diagnostics-list';
import { ErrorBanner } from '#ui/parts/error-banner';
import { Key } from '#ui/parts/key';
import { Skeleton } from '#ui/parts/skeleton';
import { Tag } from '#ui/parts/tag';
import { LongText, UserText } from '#ui/parts/user-text';
import { hasHalfTest } from '#ui/trial/written-tests';
import { useRule } from '../api/rule-queries';
import { useAddress } from '../parts/browser/use-address';
import { PageTitle } from '../shell/page-title';
import { useToast } from '../shell/toasts';
import { ConflictDialog } from './conflict-dialog';
import { DeleteRule } from './delete-rule';
import { type Draft, draftOf, hasHalfControl, isSame, keepDraft, keptDraft, NEW_DRAFT } from './draft';
import { askSeen } from './editor/ask-seen';
import { checker } from './editor/checker';
import { useDiagnostics } from './editor/use-diagnostics';
import { FailingDialog } from './failing-dialog';
import { JudgedPanel } from './judged-panel';
import { RuleForm } from './rule-form';
import { TryPanel } from './trial/try-panel';
import { useDescription } from './use-description';
import { isMissing, useSaveRule } from './use-save-rule';
import { beginWork } from './work';

const ExpressionEditor = lazy(() => import('#ui/editor/expression-editor'));

/** The editor of a rule, with its matches. */
export default function RulePage({ id }: { readonly id?: string }) {
  const rule = useRule(id);
  const gone = isMissing(rule.error);
  // What was typed for a rule that is gone is shown, so that it is not lost.
  const isEdited = useMemo(() => id !== undefined && gone && keptDraft(id, NEW_DRAFT) !== undefined, [id, gone]);
  if (id === undefined || rule.data !== undefined || isEdited) return <RuleEditor id={id} rule={rule.data} gone={gone} />;
  return (
    <>
      <PageTitle>Rule</PageTitle>
      <section className="panel">
        {rule.error === null ? (
          <Skeleton lines={8} label="The rule is being read" />
        ) : (
          <ErrorBanner
            what={gone ? 'There is no such rule.' : 'The rule could not be read.'}
            error={rule.error}
            {...(gone ? {} : { onRetry: () => void rule.refetch() })}
          />
        )}
      </section>
    </>
  );
}

const EDITOR_KEYS = [
  ['F1', 'docs'],
  ['F8', 'next problem'],
  ['⌘ .', 'fix'],
  ['⌘ ↵', 'test'],
  ['⌘ ⇧ ↵', 'preview'],
] as const;

const NO_DIAGNOSTICS: readonly Diagnostic[] = [];

interface RuleEditorProps {
  /** Absent for a new rule. */
  readonly id: string | undefined;
  /** As it was read last; absent for a new rule, and for one that was gone before the page was opened. */
  readonly rule: Rule | undefined;
  /** Whether it was deleted meanwhile. */
  readonly gone: boolean;
}

function RuleEditor({ id, rule, gone }: RuleEditorProps) {
  const address = useAddress();
  const [, navigate] = useLocation();
  const saved = useMemo(() => (rule === undefined ? NEW_DRAFT : draftOf(rule)), [rule]);
  const [{ draft, version, base }, setWork] = useState(() => beginWork(id, rule, saved, address));
  const changed = !isSame(draft, base);
  const change = (part: Partial<Draft>): void => setWork((work) => ({ ...work, draft: { ...work.draft, ...part } }));
  const showSaved = (now: Rule): void => setWork({ version: now.version, draft: draftOf(now), base: draftOf(now) });
  useEffect(() => keepDraft(id, changed ? { version, draft } : undefined), [id, changed, version, draft]);
  // Another version is in force (restored or saved here, or by another person), and the draft has no edits, or the same: show the version in force.
  useEffect(() => {
    if (rule !== undefined && version !== rule.version && (!changed || isSame(draft, saved)))
      setWork({ version: rule.version, draft: saved, base: saved });
  }, [rule, version, changed, draft, saved]);

  const checked = useDiagnostics(draft.expression);
  const isChecked = checked.data?.text === draft.expression;
  const diagnostics = isChecked ? (checked.data?.diagnostics ?? NO_DIAGNOSTICS) : NO_DIAGNOSTICS;
  const errors = diagnostics.filter(({ severity }) => severity !== 'warning').length;
  const description = useDescription(draft.expression, isChecked && errors === 0);
  const vocabulary = useQuery({
    queryKey: ['dsl'],
    staleTime: Number.POSITIVE_INFINITY,
    networkMode: 'always',
    queryFn: () => checker.ask('vocabulary'),
  });
  const say = useToast();
  const format = async (): Promise<void> => {
    const text = await checker.ask('format', draft.expression).catch(() => undefined);
    if (text === undefined) say('It is formatted when it has no syntax error');
    else change({ expression: text });
  };
  const [tests, setTests] = useState(0);
  const [previews, setPreviews] = useState(0);
  const saving = useSaveRule(id, gone, showSaved);
  const why =
    draft.name.trim() === ''
      ? 'It needs a name.'
      : draft.expression.trim() === ''
        ? 'It needs an expression.'
        : hasHalfControl(draft)
          ? 'A control needs its framework and its name.'
          : hasHalfTest(draft)
            ? 'A test case needs a name and a trace.'
            : errors > 0
              ? `${errors === 1 ? '1 error keeps' : `${errors} errors keep`} it from being saved.`
              : undefined;
  const blocked = why !== undefined || !(changed || gone) || saving.isPending;
  const save = (): void => {
    if (!blocked) saving.save(draft, version);
  };
  const discard = (): void => {
    setWork({ version: rule?.version, draft: saved, base: saved });
    // Of a rule that is gone nothing is left to edit.
    if (gone && rule === undefined) {
      keepDraft(id, undefined);
      navigate('/rules');
    }
  };
  /** The merged rule is a change of the current version. */
  const takeOver = (result: Draft): void => {
    const theirs = saving.conflict?.theirs;
    if (theirs !== undefined) setWork({ version: theirs.version, draft: result, base: draftOf(theirs) });
    saving.forgetConflict();
  };

  return (
    <>
      <div className="stack tight">
        <nav className="crumbs" aria-label="Breadcrumb">
          <Link href="/rules">Rules</Link>
          <ChevronRight className="i" aria-hidden="true" />
          <UserText>{id ?? 'new'}</UserText>
        </nav>
        <div className="head">
          <PageTitle>{rule?.name ?? (gone ? draft.name : 'New rule')}</PageTitle>
          {rule === undefined ? null : <Tag>Version {rule.version}</Tag>}
          {changed ? <Tag tone="warn">Not saved</Tag> : null}
          {rule?.mode === 'off' ? <Tag>Off</Tag> : null}
          {rule?.mode === 'shadow' ? <Tag tone="info">Shadow</Tag> : null}
          <div className="end">
            {rule === undefined || gone ? null : <DeleteRule rule={rule} />}
            {changed ? (
              <button type="button" className="btn quiet" onClick={discard}>
                Discard
              </button>
            ) : null}
            <button type="button" className="btn primary" disabled={blocked} aria-describedby="why-not" onClick={save}>
              {saving.isPending ? 'Saving' : gone ? 'Create it again' : 'Save'} <Key className="not-phone">⌘ S</Key>
            </button>
          </div>
        </div>
        {rule?.description ? (
          <p className="lead">
            <LongText name="the description">{rule.description}</LongText>
          </p>
        ) : null}
      </div>
      {rule?.status === undefined ? null : (
        <div className="banner bad">
          <CircleX className="i" aria-hidden="true" />
          <span>
            <b>
              Failed on {rule.status.evaluation_errors} {rule.status.evaluation_errors === 1 ? 'evaluation' : 'evaluations'}
            </b>
            , which found nothing: <LongText name="the error">{rule.status.last_error}</LongText>
          </span>
        </div>
      )}
      {gone ? (
        <div className="banner warn" role="alert">
          <Trash2 className="i" aria-hidden="true" />
          <span>
            <b>Somebody deleted this rule meanwhile.</b> It judges nothing any more. What is typed here is kept, and creates it again with
            the same id.
          </span>
        </div>
      ) : null}
      {saving.error === null ? null : <ErrorBanner what="The rule was not saved." error={saving.error} />}
      <div className="columns editor-page">
        <div className="stack">
          <section className="panel" aria-label="Rule">
            <RuleForm draft={draft} onChange={change} />
            <Suspense fallback={<Skeleton lines={6} label="The editor loads" />}>
              <ExpressionEditor
                value={draft.expression}
                onChange={(expression) => change({ expression })}
                diagnostics={diagnostics}
                vocabulary={vocabulary.data}
                seen={askSeen}
                onSave={save}
                onTest={() => setTests((n) => n + 1)}
                onPreview={() => setPreviews((n) => n + 1)}
                onFormat={() => void format()}
              />
            </Suspense>
            <DiagnosticsList
              diagnostics={diagnostics}
              onFix={({ start = 0, end = 0, text = '' }) =>
                change({ expression: draft.expression.slice(0, start) + text + draft.expression.slice(end) })
              }
            />
            <div className="strip">
              <span id="why-not" role="status">
                {why ?? (isChecked ? 'No errors.' : checked.error === null ? 'Being checked.' : 'It could not be checked.')}
              </span>
              <button type="button" className="btn small" disabled={draft.expression.trim() === ''} onClick={() => void format()}>
                Format <Key className="not-phone">⇧ ⌥ F</Key>
              </button>
              {EDITOR_KEYS.map(([key, does]) => (
                <span key={key} className="not-phone" aria-hidden="true">
                  <kbd>{key}</kbd> {does}
                </span>
              ))}
            </div>
          </section>
          {description === undefined ? null : <JudgedPanel result={description} />}
        </div>
        <TryPanel
          rule={gone ? undefined : rule}
          draft={draft}
          onTests={(kept) => change({ tests: kept })}
          onKeep={(test) => setWork((work) => ({ ...work, draft: { ...work.draft, tests: [...work.draft.tests, test] } }))}
          tests={tests}
          previews={previews}
          canRun={errors === 0}
        />
      </div>
      {saving.failing === undefined ? null : (
        <FailingDialog
          tests={saving.failing.tests}
          consequence="Nothing was saved. The rule in force is as it was."
          anyway="Save anyway"
          onClose={saving.forgetFailing}
          onShow={() => {
            saving.forgetFailing();
            address.put({ tab: 'cases' });
          }}
          onAnyway={() => saving.save(draft, saving.failing?.version, true)}
        />
      )}
      {saving.conflict === undefined ? null : (
        <ConflictDialog
          key={saving.conflict.theirs.version}
          conflict={saving.conflict}
          mine={draft}
          onClose={saving.forgetConflict}
          onEdit={takeOver}
          onSave={(result) => {
            takeOver(result);
            saving.save(result, saving.conflict?.theirs.version);
          }}
        />
      )}
    </>
  );
}
