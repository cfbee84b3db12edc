import { Download, FileCode2, Plus, SearchX, Upload } from 'lucide-react';
import { useMemo } from 'react';
import { Link, useLocation } from 'wouter';
import { type RuleMode, SEVERITIES } from '#ui/api/types';
import { saveFile } from '#ui/browser/save-file';
import { plural } from '#ui/format/count';
import { EmptyState } from '#ui/parts/empty-state';
import { ErrorBanner } from '#ui/parts/error-banner';
import { Key } from '#ui/parts/key';
import { Pick } from '#ui/parts/pick';
import { Skeleton } from '#ui/parts/skeleton';
import { useRules } from '../api/rule-queries';
import { useAddress } from '../parts/browser/use-address';
import { SearchField } from '../parts/search-field';
import { useKeys } from '../shell/commands/use-keys';
import { PageTitle } from '../shell/page-title';
import { ImportDialog } from './files/import-dialog';
import { ruleFile } from './files/rule-file';
import { byHealth, HEALTHS, SORTS, useRuleHealth } from './list/rule-health';
import { useRuleMatches } from './list/rule-matches';
import { RuleTable } from './list/rule-table';
import { Starters } from './list/starters';
import { MODES } from './modes';

const IN_MODE: Readonly<Record<RuleMode, string>> = { enforce: 'enforced', shadow: 'in shadow', off: 'off' };

const ANY = { value: '', text: 'any' };

/** All rules, with their matches and health. */
export default function RulesPage() {
  const address = useAddress();
  const [, navigate] = useLocation();
  const rules = useRules();
  const matches = useRuleMatches();
  const health = useRuleHealth();
  const param = (name: string): string => address.get(name) ?? '';
  const [q, severity, tag, mode, fares, sort] = [
    param('q'),
    param('severity'),
    param('tag'),
    param('mode'),
    param('health'),
    param('sort'),
  ];
  const set = (name: string) => (value: string) => address.put({ [name]: value }, { entry: name !== 'q' });
  const all = rules.data?.rules;
  const shown = useMemo(() => {
    const text = q.toLowerCase();
    const found = (all ?? []).filter(
      (rule) =>
        (severity === '' || rule.severity === severity) &&
        (tag === '' || rule.tags.includes(tag)) &&
        (mode === '' || rule.mode === mode) &&
        [rule.id, rule.name, rule.description, rule.expression, ...rule.tags].some((each) => each.toLowerCase().includes(text)),
    );
    return byHealth(found, health.data, fares, sort);
  }, [all, q, severity, tag, mode, health.data, fares, sort]);
  const tags = useMemo(() => [...new Set((all ?? []).flatMap((rule) => rule.tags))].sort(), [all]);
  useKeys({ c: () => navigate('/rules/new') });
  const counts = MODES.map(({ value }) => [value, (all ?? []).filter(({ mode }) => mode === value).length] as const);

  return (
    <>
      <div className="head">
        <PageTitle>Rules</PageTitle>
        <div className="end head">
          <button type="button" className="btn" disabled={all === undefined} onClick={() => address.put({ dialog: 'import' })}>
            <Upload className="i" aria-hidden="true" />
            Import
          </button>
          <button
            type="button"
            className="btn"
            disabled={shown.length === 0}
            title="The rules of this list, as JSON"
            onClick={() => saveFile(ruleFile(shown), 'rules.json')}
          >
            <Download className="i" aria-hidden="true" />
            Export
          </button>
          <Link className="btn primary" href="/rules/new">
            <Plus className="i" aria-hidden="true" />
            New rule <Key className="not-phone">c</Key>
          </Link>
        </div>
      </div>
      <search className="filters" aria-label="Filter rules">
        <SearchField name="q" label="Search rules" placeholder="Name, expression, tag" value={q} maxLength={200} onChange={set('q')} />
        <Pick
          label="Tag"
          value={tag}
          isSet={tag !== ''}
          options={[ANY, ...tags.map((each) => ({ value: each, text: each }))]}
          onChange={set('tag')}
        />
        <Pick
          label="Severity"
          value={severity}
          isSet={severity !== ''}
          options={[ANY, ...SEVERITIES.map((each) => ({ value: each, text: each }))]}
          onChange={set('severity')}
        />
        <Pick
          label="Mode"
          value={mode}
          isSet={mode !== ''}
          options={[ANY, ...MODES.map(({ value, text }) => ({ value, text: text.toLowerCase() }))]}
          onChange={set('mode')}
        />
        <Pick label="Health" value={fares} isSet={fares !== ''} options={[ANY, ...HEALTHS]} onChange={set('health')} />
        <Pick label="Sort" value={sort} isSet={sort !== ''} options={[{ value: '', text: 'id' }, ...SORTS]} onChange={set('sort')} />
      </search>
      <section className="panel" aria-label="Rules">
        {rules.error === null ? null : (
          <ErrorBanner what="The rules could not be read." error={rules.error} onRetry={() => void rules.refetch()} />
        )}
        {health.error === null || rules.error !== null ? null : (
          <ErrorBanner what="The health of the rules could not be read." error={health.error} onRetry={() => void health.refetch()} />
        )}
        {all === undefined ? (
          rules.error === null && <Skeleton lines={8} label="The rules are being read" />
        ) : all.length === 0 ? (
          <EmptyState icon={FileCode2} title="No rule yet">
            A rule says what must not happen. Begin with one of these, and change it to what you know of your system.
            <Starters />
          </EmptyState>
        ) : shown.length === 0 ? (
          <EmptyState
            icon={SearchX}
            title="No rule matches these filters"
            actions={
              <button type="button" className="btn primary" onClick={address.clear}>
                Clear all
              </button>
            }
          />
        ) : (
          <RuleTable
            rules={shown}
            matches={matches.data}
            health={health.data}
            filters={JSON.stringify([q, severity, tag, mode, fares, sort])}
          />
        )}
        {all === undefined || all.length === 0 ? null : (
          <div className="strip">
            <span className="num">
              {shown.length === all.length ? plural(all.length, 'rule') : `${shown.length} of ${plural(all.length, 'rule')}`}:{' '}
              {counts
                .filter(([, count]) => count > 0)
                .map(([mode, count]) => `${count} ${IN_MODE[mode]}`)
                .join(', ')}
            </span>
          </div>
        )}
      </section>
      {param('dialog') === 'import' ? <ImportDialog onClose={() => address.put({ dialog: undefined })} /> : null}
    </>
  );
}
