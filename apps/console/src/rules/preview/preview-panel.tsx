import { CircleX, History, TriangleAlert } from 'lucide-react';
import type { Preview, PreviewBody, PreviewResult } from '#ui/api/types';
import { exactCount, plural, share } from '#ui/format/count';
import { duration } from '#ui/format/duration';
import { exactTime } from '#ui/format/time';
import { EmptyState } from '#ui/parts/empty-state';
import { ErrorBanner } from '#ui/parts/error-banner';
import { Key } from '#ui/parts/key';
import { Pick } from '#ui/parts/pick';
import { RuleText } from '#ui/parts/rule-text';
import { FoundSamples } from './found-samples';
import { PreviewComparison } from './preview-comparison';
import { PreviewHistogram } from './preview-histogram';
import type { PreviewRun } from './use-preview';

export const RANGES = [
  { value: '1h', text: 'last 1h' },
  { value: '6h', text: 'last 6h' },
  { value: '24h', text: 'last 24h' },
  { value: '7d', text: 'last 7d' },
  { value: '', text: 'all that is kept' },
] as const;

interface PreviewPanelProps {
  readonly run: PreviewRun;
  readonly range: string;
  readonly onRange: (range: string) => void;
  /** The current request; absent while the text has errors. */
  readonly body: PreviewBody | undefined;
  /** The saved version, if the text differs from it. */
  readonly beside: number | undefined;
  readonly savedExpression: string | undefined;
}

/** What the text would have found in the recorded spans, by the engine that judges production. */
export function PreviewPanel({ run, range, onRange, body, beside, savedExpression }: PreviewPanelProps) {
  const { job, asked, isRunning, error, cancelled } = run;
  const isStale = asked === undefined ? job?.expression !== body?.expression : JSON.stringify(asked) !== JSON.stringify(body);
  const start = (): void => {
    if (body !== undefined) run.start(body);
  };
  return (
    <div className="body stack">
      <div className="head">
        <Pick label="Time Range" value={range} options={RANGES} onChange={onRange} />
        {isRunning ? (
          <button type="button" className="btn" onClick={run.cancel}>
            Stop
          </button>
        ) : (
          <button type="button" className="btn" disabled={body === undefined} onClick={start}>
            Preview <Key className="not-phone">⌘ ⇧ ↵</Key>
          </button>
        )}
      </div>
      {error === null ? null : (
        <ErrorBanner what="There is no preview." error={error} {...(body === undefined ? {} : { onRetry: start })} />
      )}
      {isRunning ? <Progress job={job} /> : null}
      {cancelled ? (
        <p className="dim" role="status">
          Stopped. Nothing of it is kept.
        </p>
      ) : null}
      {job?.state === 'failed' || job?.state === 'cancelled' ? (
        <div className="banner bad" role="alert">
          <CircleX className="i" aria-hidden="true" />
          <span>
            <b>The preview ended early.</b> {job.error?.message ?? 'Somebody else stopped it.'}
            {job.error === undefined ? null : <span className="mono small"> {job.error.code}</span>}
          </span>
        </div>
      ) : null}
      {asked === undefined && job === undefined && !isRunning && error === null && !cancelled ? (
        <EmptyState icon={History} title="What would it have found?">
          The text is run over the traces that were received in this time. Nothing is saved, and nobody is notified.
        </EmptyState>
      ) : null}
      {job?.result === undefined ? null : (
        <div className="stack" data-stale={isStale}>
          {isStale && asked !== undefined ? <p className="small faint">Of the text and the time before your last change.</p> : null}
          {isStale && asked === undefined ? (
            <div className="stack tight">
              <p className="small faint">Of another text than the editor has:</p>
              <div className="code-box made">
                <RuleText text={job.expression} />
              </div>
            </div>
          ) : null}
          <Result result={job.result} expression={job.expression} beside={beside} savedExpression={savedExpression} />
        </div>
      )}
    </div>
  );
}

function Progress({ job }: { readonly job: Preview | undefined }) {
  const { records = 0, records_read = 0, traces = 0, matched_traces = 0 } = job?.progress ?? {};
  const text =
    job?.state === 'running' && job.progress !== undefined
      ? `${plural(traces, 'trace')} judged, ${matched_traces} match`
      : 'It waits for its turn';
  return (
    <div className="stack tight">
      <progress aria-label="Preview" {...(records === 0 ? {} : { max: records, value: records_read })} />
      <p className="small dim num" role="status">
        {text}
        {records === 0 ? '' : `, ${Math.floor((records_read / records) * 100)} % of the records read`}
      </p>
    </div>
  );
}

/** A rule that matches more than this share of the traces is probably a mistake. */
const NOISY = 0.05;

interface ResultProps extends Pick<PreviewPanelProps, 'beside' | 'savedExpression'> {
  readonly result: PreviewResult;
  readonly expression: string;
}

function Result({ result, expression, beside, savedExpression }: ResultProps) {
  const { traces, matched_traces, violations, from, to, samples, comparison } = result;
  const range = `${exactTime(Date.parse(from)).slice(0, 16)} to ${exactTime(Date.parse(to)).slice(0, 16)} UTC`;
  if (traces === 0) {
    return (
      <EmptyState icon={History} title="No trace began in this time">
        The log has none from {range}. Choose a longer time.
      </EmptyState>
    );
  }
  const noisy = matched_traces / traces > NOISY && matched_traces > 1;
  return (
    <>
      <div role="status">
        <p className="headline num">
          <b>{exactCount(matched_traces)}</b> of {plural(traces, 'trace')}, {share(matched_traces, traces)}
        </p>
        <p className="small dim">
          {range}
          {violations === matched_traces ? '' : `; ${plural(violations, 'violation')}, as each span that matches is one`}
        </p>
      </div>
      {noisy ? (
        <div className="banner warn">
          <TriangleAlert className="i" aria-hidden="true" />
          <span>
            <b>More than 5 % of the traces match.</b> A rule this loud is soon muted: look at the samples for what should not count.
          </span>
        </div>
      ) : null}
      <PreviewHistogram result={result} />
      <Limits result={result} />
      {comparison === undefined ? (
        samples.length === 0 ? null : (
          <FoundSamples label="Samples" samples={samples} expression={expression} />
        )
      ) : (
        <PreviewComparison
          comparison={comparison}
          samples={samples}
          version={beside}
          expression={expression}
          savedExpression={savedExpression}
        />
      )}
      <p className="small faint">
        {result.cost.evaluations === 0
          ? null
          : `${duration((result.cost.evaluation_seconds / result.cost.evaluations) * 1e9)} of a processor per evaluation, estimated; `}
        it took {duration(result.cost.elapsed_seconds * 1e9)}.
      </p>
    </>
  );
}

/** The limits of the result, and errors of the run, one per line. */
function Limits({ result: { limits, cost } }: { readonly result: PreviewResult }) {
  const lines = [
    cost.evaluation_errors > 0 &&
      `${plural(cost.evaluation_errors, 'evaluation')} failed, which is no match: ${cost.errors.map(({ message }) => message).join('; ')}`,
    cost.undecided > 0 && `${plural(cost.undecided, 'judgement')} ended undecided, by a limit or a defect`,
    limits.open_traces > 0 && `${plural(limits.open_traces, 'trace is', 'traces are')} still open: what they match may be taken back`,
    limits.began_before > 0 &&
      `${plural(limits.began_before, 'trace was', 'traces were')} open when the time begins, and ${limits.began_before === 1 ? 'is' : 'are'} left out`,
    limits.deleted_records > 0 && `${plural(limits.deleted_records, 'record')} of the log went while it was read`,
    limits.defects > 0 && `${plural(limits.defects, 'defect')} of BeTrace: something was not judged`,
    limits.known_from !== undefined &&
      `Of some partitions traces count from ${exactTime(Date.parse(limits.known_from)).slice(0, 19)} UTC on only`,
  ].filter((line) => line !== false);
  if (lines.length === 0) return null;
  return (
    <ul className="limits small dim">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
