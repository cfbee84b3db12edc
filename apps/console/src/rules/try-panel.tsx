import { useSearchParams } from 'wouter';
import type { Rule } from '../api/types';
import { Tabs } from '../parts/tabs';
import type { Draft } from './draft';
import { HistoryPanel } from './history-panel';
import { TestPanel } from './test-panel';

interface TryPanelProps {
  readonly rule: Rule | undefined;
  readonly draft: Draft;
  /** Counts how often the editor asked for a test. */
  readonly run: number;
  readonly canRun: boolean;
}

/** What the text finds, and what it was before. */
export function TryPanel({ rule, draft, run, canRun }: TryPanelProps) {
  const [search, setSearch] = useSearchParams();
  const test = {
    key: 'test',
    text: 'Test',
    content: () => <TestPanel expression={draft.expression} ruleId={rule?.id} run={run} canRun={canRun} />,
  };
  const history = rule === undefined ? [] : [{ key: 'history', text: 'History', content: () => <HistoryPanel rule={rule} /> }];
  return (
    <section className="panel" aria-label="Try it">
      <Tabs
        label="Try it"
        tabs={[test, ...history]}
        selected={search.get('tab') ?? 'test'}
        onSelect={(tab) =>
          setSearch(
            (previous) => {
              const next = new URLSearchParams(previous);
              next.set('tab', tab);
              return next;
            },
            { replace: true },
          )
        }
      />
    </section>
  );
}
