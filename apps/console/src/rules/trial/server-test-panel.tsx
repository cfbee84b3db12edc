import { useQuery } from '@tanstack/react-query';
import { problemOf } from '#ui/api/problem';
import type { OnError, RuleTest, TestResult } from '#ui/api/types';
import { TestPanel, TRIAL_SOURCES, type ViolatingTrace } from '#ui/trial/test-panel';
import { answered, client, fetchWithKey } from '../../api/client';
import { useAddress, useSettlingAddress } from '../../parts/browser/use-address';
import { useToast } from '../../shell/toasts';

interface ServerTestPanelProps {
  readonly expression: string;
  readonly onError: OnError;
  readonly ruleId: string | undefined;
  readonly run: number;
  readonly canRun: boolean;
  readonly onKeep: (test: RuleTest) => void;
}

/** The panel with the traces of the console's server; what is chosen is in the address. */
export function ServerTestPanel({ ruleId, ...more }: ServerTestPanelProps) {
  const { get, put } = useAddress();
  const say = useToast();
  const source = TRIAL_SOURCES.find(({ key }) => key === get('on'))?.key ?? 'stored';
  const [chosen = '', setChosen] = useSettlingAddress('trace_id', source);
  const { data, error, isFetching, refetch } = useRecentTraces(source === 'recent');
  return (
    <TestPanel
      {...more}
      source={source}
      // The one that is chosen also reverts what was typed.
      onSource={(key) => put({ on: key === 'stored' ? undefined : key, trace_id: undefined })}
      chosen={chosen}
      onChosen={setChosen}
      violating={useViolatingTraces(ruleId)}
      recent={{ traces: data, error: error ?? undefined, isReading: isFetching, read: () => void refetch() }}
      test={judged}
      read={storedTrace}
      say={say}
    />
  );
}

async function judged(body: string): Promise<TestResult> {
  const response = await fetchWithKey(
    new Request(`${location.origin}/v1/rules/test`, { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
  );
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw problemOf(response, answer);
  return answer as TestResult;
}

async function storedTrace(id: string): Promise<string> {
  const response = await fetchWithKey(new Request(`${location.origin}/v1/traces/${encodeURIComponent(id)}`));
  const text = await response.text();
  if (!response.ok) throw problemOf(response, jsonOr(text));
  return text;
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const SHOWN = 50;

/** Closed traces at the end of the log, the newest first, with and without violations. */
function useRecentTraces(isAsked: boolean) {
  return useQuery({
    queryKey: ['recent-traces'],
    enabled: isAsked,
    staleTime: 10_000,
    queryFn: async ({ signal }) =>
      (await answered(client.GET('/v1/recent-traces', { params: { query: { limit: SHOWN } }, signal }))).traces,
  });
}

/** Traces for a test: those of violations, the rule's own first. */
function useViolatingTraces(ruleId: string | undefined): readonly ViolatingTrace[] {
  const { data } = useQuery({
    queryKey: ['trial-traces', ruleId],
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const ask = async (rule_id?: string) => {
        const query = { status: 'all' as const, limit: 20, ...(rule_id === undefined ? {} : { rule_id }) };
        return (await answered(client.GET('/v1/violations', { params: { query }, signal }))).violations;
      };
      const own = ruleId === undefined ? [] : await ask(ruleId);
      const all = [...own, ...(await ask())];
      return [...new Map(all.map((violation) => [violation.trace_id, violation])).values()];
    },
  });
  return data ?? [];
}
