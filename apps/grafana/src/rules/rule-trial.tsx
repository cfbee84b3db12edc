import { useCallback, useMemo, useState } from 'react';
import type { OnError, RecentTrace, RuleTest, TestResult, Violation } from '#ui/api/types';
import { TestPanel, type TrialSource } from '#ui/trial/test-panel';
import { request } from '../api/request';
import { useAnswer } from '../api/use-answer';
import { notifyFailed } from '../app/notify';

interface RuleTrialProps {
  readonly proxy: string;
  readonly expression: string;
  readonly onError: OnError;
  readonly ruleId: string | undefined;
  /** Counts how often the editor asked for a test. */
  readonly run: number;
  readonly canRun: boolean;
  readonly onKeep: (test: RuleTest) => void;
}

/** Traces in a choice. */
const SHOWN = 50;

/** Tests the text on a trace of a violation, a recent or a pasted one, through the data source. */
export function RuleTrial({ proxy, ruleId, ...more }: RuleTrialProps) {
  const [source, setSource] = useState<TrialSource>('stored');
  const [chosen, setChosen] = useState('');
  const violating = useAnswer(
    useCallback(async () => {
      const ask = async (rule_id?: string) =>
        (await request<{ violations: readonly Violation[] }>(proxy, 'v1/violations', { params: { rule_id, status: 'all', limit: SHOWN } }))
          .violations;
      const found = [...(ruleId === undefined ? [] : await ask(ruleId)), ...(await ask())];
      return [...new Map(found.map((violation) => [violation.trace_id, violation])).values()];
    }, [proxy, ruleId]),
  );
  const isAsked = source === 'recent';
  const recent = useAnswer(
    useCallback(async () => {
      if (!isAsked) return undefined;
      return (await request<{ traces: readonly RecentTrace[] }>(proxy, 'v1/recent-traces', { params: { limit: SHOWN } })).traces;
    }, [proxy, isAsked]),
  );
  const server = useMemo(
    () => ({
      test: (data: string) => request<TestResult>(proxy, 'v1/rules/test', { method: 'POST', data }),
      read: (id: string) => request<string>(proxy, `v1/traces/${encodeURIComponent(id)}`, { responseType: 'text' }),
    }),
    [proxy],
  );
  return (
    <TestPanel
      {...more}
      {...server}
      source={source}
      onSource={(next) => {
        setSource(next);
        setChosen('');
      }}
      chosen={chosen}
      onChosen={setChosen}
      violating={violating.value ?? []}
      recent={{ traces: recent.value, error: recent.error, isReading: recent.loading, read: recent.again }}
      say={notifyFailed}
    />
  );
}
