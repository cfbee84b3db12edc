import { CircleCheck, CircleX, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { OnError, RuleTest, TestCaseResult } from '../api/types';
import { plural } from '../format/count';
import { ErrorBanner } from '../parts/error-banner';
import { hasHalfTest, writtenTests } from './written-tests';

/** The maximum of the API. */
const MAX_CASES = 50;
const MAX_TRACE_LENGTH = 65_536;
const VERDICTS = ['match', 'no match', 'undecided'] as const;
const OF_SPANS = 'spans';

/** A text and its cases. */
export interface CasesBody {
  readonly expression: string;
  readonly on_error: OnError;
  readonly tests: RuleTest[];
}

interface CasesPanelProps {
  readonly expression: string;
  readonly onError: OnError;
  readonly tests: readonly RuleTest[];
  readonly onTests: (tests: readonly RuleTest[]) => void;
  readonly canRun: boolean;
  /** Runs on the server, each case in every order of its spans. */
  readonly run: (body: CasesBody) => Promise<readonly TestCaseResult[]>;
}

interface Ran {
  readonly asked: string;
  readonly results?: readonly TestCaseResult[];
  readonly error?: Error;
}

/** The test cases of the rule: traces with the expected verdict. They run here, and at each save. */
export function CasesPanel({ expression, onError, tests, onTests, canRun, run }: CasesPanelProps) {
  const body = { expression, on_error: onError, tests: writtenTests(tests) };
  const asked = JSON.stringify(body);
  const [ran, setRan] = useState<Ran>();
  const [isRunning, setRunning] = useState(false);
  const start = async (): Promise<void> => {
    setRunning(true);
    setRan(
      await run(body).then(
        (results): Ran => ({ asked, results }),
        (error: Error): Ran => ({ asked, error }),
      ),
    );
    setRunning(false);
  };
  const results = ran?.asked === asked ? ran.results : undefined;
  const failed = results?.filter(({ passed }) => !passed).length ?? 0;
  const put = (at: number, part: Partial<RuleTest>): void =>
    onTests(tests.map((test, index) => (index === at ? { ...test, ...part } : test)));
  return (
    <div className="body stack">
      <p className="small dim">
        Known traces, and what the rule has to say of each. They are kept with the rule and run each time that it is saved, with the spans
        in every order.
      </p>
      {tests.map((test, at) => (
        <Case
          // biome-ignore lint/suspicious/noArrayIndexKey: a case has no identity but its place
          key={at}
          at={at}
          test={test}
          result={results?.[at]}
          onChange={(part) => put(at, part)}
          onRemove={() => onTests(tests.filter((_, index) => index !== at))}
        />
      ))}
      <div className="head">
        <button
          type="button"
          className="btn"
          disabled={tests.length >= MAX_CASES}
          onClick={() => onTests([...tests, { name: `case ${tests.length + 1}`, trace: '', expect: 'match' }])}
        >
          <Plus className="i" aria-hidden="true" />
          Add a case
        </button>
        {tests.length === 0 ? null : (
          <button type="button" className="btn" disabled={!canRun || hasHalfTest({ tests }) || isRunning} onClick={() => void start()}>
            {isRunning ? 'Running' : 'Run the cases'}
          </button>
        )}
      </div>
      {ran?.error === undefined ? null : <ErrorBanner what="The cases were not run." error={ran.error} />}
      <p className="small" role="status">
        {results === undefined
          ? ''
          : failed === 0
            ? `${plural(results.length, 'case passes', 'cases pass')}.`
            : `${plural(failed, 'case fails', 'cases fail')}, of ${results.length}.`}
      </p>
    </div>
  );
}

interface CaseProps {
  readonly at: number;
  readonly test: RuleTest;
  readonly result: TestCaseResult | undefined;
  readonly onChange: (part: Partial<RuleTest>) => void;
  readonly onRemove: () => void;
}

function Case({ at, test: { name, trace, expect }, result, onChange, onRemove }: CaseProps) {
  const number = at + 1;
  const spans = typeof expect === 'object' ? expect.match : undefined;
  return (
    <fieldset className="case">
      <legend className="hidden">Case {number}</legend>
      <div className="case-head">
        <span className="field">
          <input
            aria-label={`Name of case ${number}`}
            value={name}
            maxLength={200}
            onChange={(event) => onChange({ name: event.target.value })}
          />
        </span>
        <span className="pick">
          <select
            aria-label={`Expected of case ${number}`}
            value={spans === undefined ? (expect as string) : OF_SPANS}
            onChange={({ target: { value } }) =>
              onChange({ expect: value === OF_SPANS ? { match: [''] } : (value as (typeof VERDICTS)[number]) })
            }
          >
            {VERDICTS.map((verdict) => (
              <option key={verdict}>{verdict}</option>
            ))}
            <option value={OF_SPANS}>match of these spans</option>
          </select>
        </span>
        <button type="button" className="btn small icon quiet" aria-label={`Remove case ${number}`} title="Remove" onClick={onRemove}>
          <Trash2 className="i" aria-hidden="true" />
        </button>
      </div>
      {spans === undefined ? null : (
        <span className="field">
          <input
            className="mono"
            aria-label={`Spans of case ${number}`}
            value={spans.join(', ')}
            placeholder="names or ids, with commas between"
            onChange={(event) => onChange({ expect: { match: event.target.value.split(',').map((each) => each.trimStart()) } })}
          />
        </span>
      )}
      <textarea
        className="code-box mono"
        aria-label={`Trace of case ${number}`}
        rows={Math.min(12, Math.max(3, trace.split('\n').length))}
        value={trace}
        maxLength={MAX_TRACE_LENGTH}
        spellCheck={false}
        placeholder={'checkout 120ms service=shop\n  charge 20ms payment.amount=1500 status=error'}
        onChange={(event) => onChange({ trace: event.target.value })}
      />
      {result === undefined ? null : <Outcome result={result} />}
    </fieldset>
  );
}

function Outcome({ result: { passed, reason, arrangement, why } }: { readonly result: TestCaseResult }) {
  const Icon = passed ? CircleCheck : CircleX;
  return (
    <div className={passed ? 'case-outcome' : 'case-outcome is-wrong'}>
      <p className="small">
        <Icon className={passed ? 'i is-ok' : 'i is-bad'} aria-hidden="true" /> {passed ? 'Passes.' : `Fails: ${reason} (${arrangement}).`}
      </p>
      {passed ? null : <pre className="small dim">{why.join('\n')}</pre>}
    </div>
  );
}
