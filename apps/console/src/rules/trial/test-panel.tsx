import { useMutation, useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleHelp, CircleX, Target } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { answered, client, fetchWithKey } from '../../api/client';
import { problemOf } from '../../api/problem';
import type { OnError, RuleTest, TestResult } from '../../api/types';
import { plural } from '../../format/count';
import { useAddress, useSettlingAddress } from '../../parts/browser/use-address';
import { ErrorBanner } from '../../parts/error-banner';
import { Key } from '../../parts/key';
import { RecordedWhy } from '../preview/recorded-why';
import { keptTrace } from './kept-trace';
import { RecentTracePick, useRecentTraces } from './recent-trace-pick';
import { type Trial, trialBody } from './trial-body';

interface TestPanelProps {
  readonly expression: string;
  readonly onError: OnError;
  readonly ruleId: string | undefined;
  readonly run: number;
  readonly canRun: boolean;
  /** Keeps the trace as a test case of the rule. */
  readonly onKeep: (test: RuleTest) => void;
}

interface Tried {
  readonly expression: string;
  readonly trial: Trial;
  readonly result: TestResult;
}

const SOURCES = [
  { key: 'stored', text: 'Stored trace' },
  { key: 'recent', text: 'Recent trace' },
  { key: 'pasted', text: 'Paste JSON' },
] as const;

/** Tests the text with the engine that judges production: on the trace of a violation, a recent or a pasted one. */
export function TestPanel({ expression, onError, ruleId, run, canRun, onKeep }: TestPanelProps) {
  const { get, put } = useAddress();
  const source = SOURCES.find(({ key }) => key === get('on'))?.key ?? 'stored';
  const [pasted, setPasted] = useState('');
  const traces = useTraces(ruleId);
  const recent = useRecentTraces(source === 'recent');
  const [chosen = '', setChosen] = useSettlingAddress('trace_id', source);
  const first = source === 'recent' ? recent.data?.[0] : traces[0];
  const traceId = chosen !== '' ? chosen : (first?.trace_id ?? '');
  const test = useMutation({
    mutationFn: async (): Promise<Tried> => {
      const trial = source === 'pasted' ? { pasted } : { traceId };
      const body = trialBody(expression, onError, trial);
      // Sent as it was pasted: integers of 64 bits would lose digits on their way through JavaScript.
      const response = await fetchWithKey(
        new Request(`${location.origin}/v1/rules/test`, { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
      );
      const answer: unknown = await response.json().catch(() => undefined);
      if (!response.ok) throw problemOf(response, answer);
      return { expression, trial, result: answer as TestResult };
    },
  });
  const keep = useMutation({
    mutationFn: async ({ trial, result }: Tried): Promise<RuleTest> => ({
      name: 'traceId' in trial ? `trace ${trial.traceId.slice(0, 60)}` : 'pasted trace',
      trace: await keptTrace(trial),
      expect: result.matches ? 'match' : result.undecided === undefined ? 'no match' : 'undecided',
    }),
    onMutate: () => location.pathname,
    onSuccess: (test, _tried, at) => {
      if (location.pathname === at) onKeep(test);
    },
  });
  const ready = canRun && expression.trim() !== '' && (source === 'pasted' ? pasted.trim() !== '' : traceId !== '');
  const latest = useRef({ ready, test });
  latest.current = { ready, test };
  useEffect(() => {
    if (run > 0 && latest.current.ready) latest.current.test.mutate();
  }, [run]);

  return (
    <div className="body stack">
      <fieldset className="segments">
        <legend className="hidden">Test against</legend>
        {SOURCES.map(({ key, text }) => (
          <button
            key={key}
            type="button"
            aria-pressed={source === key}
            onClick={() => {
              // The one that is chosen already takes back what was typed, too.
              setChosen(undefined);
              put({ on: key === 'stored' ? undefined : key, trace_id: undefined });
            }}
          >
            {text}
          </button>
        ))}
      </fieldset>
      {source === 'recent' ? (
        <RecentTracePick traces={recent} value={traceId} onChange={setChosen} />
      ) : source === 'stored' ? (
        <label className="stack tight">
          <span className="dim small">Trace id of a violation; newest first</span>
          <span className="field">
            <input
              className="mono"
              list="stored-traces"
              value={traceId}
              placeholder="no violation is stored yet"
              spellCheck={false}
              onChange={(event) => setChosen(event.target.value)}
            />
          </span>
          <datalist id="stored-traces">
            {traces.map(({ trace_id, rule_name }) => (
              <option key={trace_id} value={trace_id}>
                {rule_name}
              </option>
            ))}
          </datalist>
        </label>
      ) : (
        <label className="stack tight">
          <span className="dim small">OTLP/JSON (resourceSpans), or spans as POST /v1/spans takes them</span>
          <textarea
            className="code-box mono"
            rows={9}
            value={pasted}
            spellCheck={false}
            placeholder='{"spans": [{"name": "charge", "duration": 2000000000}]}'
            onChange={(event) => setPasted(event.target.value)}
          />
        </label>
      )}
      <div className="head">
        <button type="button" className="btn" disabled={!ready || test.isPending} onClick={() => test.mutate()}>
          {test.isPending ? 'Testing' : 'Test'} <Key className="not-phone">⌘ ↵</Key>
        </button>
      </div>
      {test.error === null ? null : <ErrorBanner what="It could not be tried." error={test.error} />}
      {test.data === undefined ? null : <Outcome tried={test.data} isStale={test.data.expression !== expression} />}
      {test.data === undefined || test.data.expression !== expression ? null : (
        <div className="head">
          <button type="button" className="btn" disabled={keep.isPending} onClick={() => test.data && keep.mutate(test.data)}>
            Keep as a case
          </button>
          <span className="small dim">The rule must keep this verdict for this trace.</span>
        </div>
      )}
      {keep.error === null ? null : <ErrorBanner what="The trace was not kept." error={keep.error} />}
    </div>
  );
}

function Outcome({ tried: { expression, result }, isStale }: { readonly tried: Tried; readonly isStale: boolean }) {
  const matched = result.matched_spans?.length ?? 0;
  const [Icon, tone, text] =
    result.error !== undefined
      ? ([CircleX, 'bad', `It failed, which is no match: ${result.error}`] as const)
      : result.matches
        ? ([
            Target,
            '',
            matched > 1 ? `Matches ${plural(matched, 'span')}: each would be a violation.` : 'Matches: it would be a violation.',
          ] as const)
        : result.undecided !== undefined
          ? ([CircleHelp, 'warn', `Not known: ${result.undecided.reason}`] as const)
          : ([CircleCheck, '', 'No match: it would not be a violation.'] as const);
  return (
    <div className="stack" data-stale={isStale} role="status">
      {isStale ? <p className="small faint">Of the text before your last change.</p> : null}
      <div className={`banner ${tone}`}>
        <Icon className="i" aria-hidden="true" />
        <span>
          <b>{text}</b>
          {result.complete === false ? ' Some spans of this trace are older than the log keeps.' : ''}
        </span>
      </div>
      <RecordedWhy explanation={result.explanation} subject={result.matched_spans?.[0] ?? ''} expression={expression} />
    </div>
  );
}

/** Traces for a test: those of violations, the rule's own first. */
function useTraces(ruleId: string | undefined) {
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
