import { CircleCheck, CircleHelp, CircleX, Target } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { OnError, RuleTest, TestResult } from '../api/types';
import { useHere } from '../browser/use-here';
import { useTask } from '../browser/use-task';
import { RecordedWhy } from '../explanation/recorded-why';
import { plural } from '../format/count';
import { plainText } from '../format/plain-text';
import { ErrorBanner } from '../parts/error-banner';
import { Key } from '../parts/key';
import { keptTrace } from './kept-trace';
import { RecentTracePick, type RecentTraces } from './recent-trace-pick';
import { type Trial, trialBody } from './trial-body';

export const TRIAL_SOURCES = [
  { key: 'stored', text: 'Stored trace' },
  { key: 'recent', text: 'Recent trace' },
  { key: 'pasted', text: 'Paste JSON' },
] as const;
export type TrialSource = (typeof TRIAL_SOURCES)[number]['key'];

/** A trace with a violation, and the rule. */
export interface ViolatingTrace {
  readonly trace_id: string;
  readonly rule_name: string;
}

interface TestPanelProps {
  readonly expression: string;
  readonly onError: OnError;
  /** Counts how often the editor asked for a test. */
  readonly run: number;
  readonly canRun: boolean;
  readonly source: TrialSource;
  readonly onSource: (source: TrialSource) => void;
  /** The chosen trace of the source; empty: its first one. */
  readonly chosen: string;
  readonly onChosen: (traceId: string) => void;
  /** The newest first, those of the rule before others. */
  readonly violating: readonly ViolatingTrace[];
  readonly recent: RecentTraces;
  /** Judges a trace. The body of `POST /v1/rules/test` is sent as it is: integers of 64 bits would lose digits on their way through JavaScript. */
  readonly test: (body: string) => Promise<TestResult>;
  /** Reads a stored trace as the server writes it. */
  readonly read: (traceId: string) => Promise<string>;
  /** Keeps the trace as a test case of the rule. */
  readonly onKeep: (test: RuleTest) => void;
  /** Shows why a trace was not kept, if the panel was closed. */
  readonly say: (text: string) => void;
}

interface Tried {
  readonly expression: string;
  readonly trial: Trial;
  readonly result: TestResult;
}

/** Tests the text with the engine that judges production: on the trace of a violation, a recent or a pasted one. */
export function TestPanel(props: TestPanelProps) {
  const { expression, onError, run, canRun, source, onSource, chosen, onChosen, violating, recent, onKeep, say } = props;
  const [pasted, setPasted] = useState('');
  const here = useHere();
  const first = source === 'recent' ? recent.traces?.[0] : violating[0];
  const traceId = chosen !== '' ? chosen : (first?.trace_id ?? '');
  const test = useTask(async (trial: Trial): Promise<Tried> => {
    const result = await props.test(trialBody(expression, onError, trial));
    return { expression, trial, result };
  });
  const keep = useTask(
    async ({ trial, result }: Tried): Promise<RuleTest> => ({
      name: 'traceId' in trial ? `trace ${trial.traceId.slice(0, 60)}` : 'pasted trace',
      trace: await keptTrace(trial, props.read),
      expect: result.matches ? 'match' : result.undecided === undefined ? 'no match' : 'undecided',
    }),
    {
      done: onKeep,
      failed: (error) => {
        if (!here()) say(`The trace was not kept: ${error.message}`);
      },
    },
  );
  const ready = canRun && expression.trim() !== '' && (source === 'pasted' ? pasted.trim() !== '' : traceId !== '');
  const start = (): void => test.run(source === 'pasted' ? { pasted } : { traceId });
  const latest = useRef({ ready, start });
  latest.current = { ready, start };
  useEffect(() => {
    if (run > 0 && latest.current.ready) latest.current.start();
  }, [run]);

  return (
    <div className="body stack">
      <fieldset className="segments">
        <legend className="hidden">Test against</legend>
        {TRIAL_SOURCES.map(({ key, text }) => (
          <button key={key} type="button" aria-pressed={source === key} onClick={() => onSource(key)}>
            {text}
          </button>
        ))}
      </fieldset>
      {source === 'recent' ? (
        <RecentTracePick recent={recent} value={traceId} onChange={onChosen} />
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
              onChange={(event) => onChosen(event.target.value)}
            />
          </span>
          <datalist id="stored-traces">
            {violating.map(({ trace_id, rule_name }) => (
              <option key={trace_id} value={trace_id}>
                {plainText(rule_name)}
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
        <button type="button" className="btn" disabled={!ready || test.isPending} onClick={start}>
          {test.isPending ? 'Testing' : 'Test'} <Key className="not-phone">⌘ ↵</Key>
        </button>
      </div>
      {test.error === undefined ? null : <ErrorBanner what="It could not be tried." error={test.error} />}
      {test.data === undefined ? null : <Outcome tried={test.data} isStale={test.data.expression !== expression} />}
      {test.data === undefined || test.data.expression !== expression ? null : (
        <div className="head">
          <button type="button" className="btn" disabled={keep.isPending} onClick={() => test.data && keep.run(test.data)}>
            Keep as a case
          </button>
          <span className="small dim">The rule must keep this verdict for this trace.</span>
        </div>
      )}
      {keep.error === undefined ? null : <ErrorBanner what="The trace was not kept." error={keep.error} />}
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
