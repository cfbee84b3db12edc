import { useQuery } from '@tanstack/react-query';
import { CircleCheck, TriangleAlert } from 'lucide-react';
import { useLocation } from 'wouter';
import type { PreviewResult, Rule, Violation } from '#ui/api/types';
import { exactCount, plural, share } from '#ui/format/count';
import { ErrorBanner } from '#ui/parts/error-banner';
import { Pick } from '#ui/parts/pick';
import { RuleText } from '#ui/parts/rule-text';
import { Skeleton } from '#ui/parts/skeleton';
import { UserText } from '#ui/parts/user-text';
import { FailingList } from '#ui/trial/failing-list';
import { answered, client } from '../../api/client';
import { useRule } from '../../api/rule-queries';
import { draftOf, keepDraft } from '../../rules/draft';
import { RANGES } from '../../rules/preview/preview-panel';
import { usePreview } from '../../rules/preview/use-preview';
import { usePreviewRange } from '../../rules/preview/use-preview-range';
import { Dialog } from '../../shell/dialog';
import { FactPicker } from './fact-picker';
import { conditionOf, excluding, type SpanFact } from './span-facts';
import { useChosenFacts } from './use-chosen-facts';
import { useTrial } from './use-trial';

interface ExcludeDialogProps {
  readonly violation: Violation;
  /** What can be ticked. */
  readonly facts: readonly SpanFact[];
  /** Keys of the facts that are ticked at first. */
  readonly ticked?: readonly string[];
  /** What the violation is called: `This violation`. */
  readonly which?: string;
  readonly onClose: () => void;
}

/** The rule without the ticked values of a span: its matches now, and then. */
export function ExcludeDialog(props: ExcludeDialogProps) {
  const { violation, onClose } = props;
  const rule = useRule(violation.rule_id);
  const checked = useSubject(rule.data?.expression);
  const error = rule.error ?? checked.error;
  return (
    <Dialog open label="Exclude this from the rule" className="sheet broad" onClose={onClose}>
      <div className="confirm">
        <h2>
          Exclude this from <UserText>{violation.rule_name}</UserText>
        </h2>
        {error !== null ? (
          <ErrorBanner what="The rule could not be read." error={error} />
        ) : rule.data === undefined || checked.data === undefined ? (
          <Skeleton lines={5} label="The rule is being read" />
        ) : (
          <Exclusion rule={rule.data} subject={checked.data} {...props} />
        )}
      </div>
    </Dialog>
  );
}

/** Whether the rule, as it is now, is about spans or about traces. */
function useSubject(expression: string | undefined) {
  return useQuery({
    queryKey: ['subject', expression],
    enabled: expression !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const { subject } = await answered(client.POST('/v1/rules/validate', { body: { expression: expression ?? '' }, signal }));
      return subject === 'span' ? 'span' : 'trace';
    },
  });
}

interface ExclusionProps extends ExcludeDialogProps {
  readonly rule: Rule;
  readonly subject: 'span' | 'trace';
}

/** Nothing in these is ticked at first. */
const NOTHING: readonly string[] = [];

function Exclusion({ rule, subject, violation, facts, ticked = NOTHING, which = 'This violation', onClose }: ExclusionProps) {
  const [, navigate] = useLocation();
  const [chosen, setChosen] = useChosenFacts(ticked);
  const [range, setRange] = usePreviewRange();
  const preview = usePreview();
  const condition = conditionOf(facts, chosen);
  const expression = condition === '' ? '' : excluding(rule.expression, condition, subject);
  const trial = useTrial(expression, violation.trace_id);
  const isCurrent = expression !== '' && trial.error === null && trial.data?.expression === expression;
  const body = {
    expression,
    on_error: rule.on_error,
    compare_with: { rule_id: rule.id },
    samples: 0,
    ...(range === '' ? {} : { from: range }),
  };
  const isStale = JSON.stringify(preview.asked) !== JSON.stringify(body);
  const open = (): void => {
    keepDraft(rule.id, { version: rule.version, draft: { ...draftOf(rule), expression } });
    navigate(`/rules/${encodeURIComponent(rule.id)}?${new URLSearchParams({ tab: 'preview', trace_id: violation.trace_id })}`);
  };
  return (
    <>
      <p className="dim">
        {subject === 'span'
          ? 'Spans with all ticked values are no longer violations.'
          : 'Traces with a span that has all ticked values are no longer violations.'}
      </p>
      <FactPicker facts={facts} chosen={chosen} onChange={setChosen} />
      <div className="code-box made">
        {expression === '' ? <span className="faint">Nothing is ticked.</span> : <RuleText text={expression} />}
      </div>
      {trial.error === null || expression === '' ? null : (
        <ErrorBanner what="The rule can't be extended like this: a script is changed in the editor." error={trial.error} />
      )}
      {isCurrent ? (
        <ThisOne
          which={which}
          violates={trial.data?.result.matches === true && isStillFound(trial.data.result.matched_spans, violation, subject)}
        />
      ) : null}
      {isCurrent ? <ItsCases rule={rule} expression={expression} /> : null}
      <div className="head">
        <Pick label="Time Range" value={range} options={RANGES} onChange={setRange} />
        {preview.isRunning ? (
          <button type="button" className="btn" onClick={preview.cancel}>
            Stop
          </button>
        ) : (
          <button type="button" className="btn" disabled={!isCurrent} onClick={() => preview.start(body)}>
            Count before and after
          </button>
        )}
      </div>
      {preview.error === null ? null : <ErrorBanner what="It could not be counted." error={preview.error} />}
      {preview.job?.error === undefined ? null : <div className="banner bad">{preview.job.error.message}</div>}
      {preview.isRunning ? (
        <p className="small dim num" role="status">
          {plural(preview.job?.progress?.traces ?? 0, 'trace')} judged
        </p>
      ) : null}
      {preview.job?.result === undefined ? null : (
        <div data-stale={isStale} className="stack tight" role="status">
          {isStale ? <p className="small faint">Of what was ticked before.</p> : null}
          <BeforeAndAfter result={preview.job.result} />
        </div>
      )}
      <div className="head">
        <button type="button" className="btn" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="btn primary" disabled={!isCurrent} onClick={open}>
          Open in the editor
        </button>
      </div>
    </>
  );
}

/** A rule about spans may still find others of the trace. */
const isStillFound = (matched: readonly string[] | undefined, violation: Violation, subject: 'span' | 'trace'): boolean =>
  subject === 'trace' || (matched ?? []).includes(violation.span_id);

function ThisOne({ which, violates }: { readonly which: string; readonly violates: boolean }) {
  const Icon = violates ? TriangleAlert : CircleCheck;
  return (
    <p className="small dim trial-line" role="status">
      <Icon className={violates ? 'i is-warn' : 'i is-ok'} aria-hidden="true" />
      {violates ? `${which} would still be one: what you ticked is not of the span that it is about.` : `${which} would be none.`}
    </p>
  );
}

/** The results of the rule's test cases with the changed text. */
function ItsCases({ rule: { on_error, tests = [] }, expression }: { readonly rule: Rule; readonly expression: string }) {
  const run = useQuery({
    queryKey: ['cases', expression, on_error, tests],
    enabled: tests.length > 0,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => answered(client.POST('/v1/rules/test-cases', { body: { expression, on_error, tests: [...tests] }, signal })),
  });
  if (tests.length === 0) return null;
  if (run.error !== null) return <ErrorBanner what="The test cases were not run." error={run.error} />;
  const failing = (run.data?.results ?? []).filter(({ passed }) => !passed);
  return (
    <div className="stack tight" role="status">
      {run.data === undefined ? (
        <p className="small dim">The test cases of the rule are run.</p>
      ) : failing.length === 0 ? (
        <p className="small dim trial-line">
          <CircleCheck className="i is-ok" aria-hidden="true" />
          {plural(tests.length, 'test case of the rule passes', 'test cases of the rule pass')}.
        </p>
      ) : (
        <>
          <p className="small">{plural(failing.length, 'test case of the rule fails', 'test cases of the rule fail')}:</p>
          <FailingList tests={failing.map(({ name, reason, arrangement }) => `${name}: ${reason} (${arrangement})`)} />
        </>
      )}
    </div>
  );
}

/** An exclusion of more than this share of a rule's matches is rather another rule. */
const TOO_MUCH = 0.5;

function BeforeAndAfter({ result: { traces, comparison } }: { readonly result: PreviewResult }) {
  if (comparison === undefined) return null;
  const { only_old: gone, only_new, both } = comparison;
  const before = gone + both;
  const after = both + only_new;
  return (
    <>
      <dl className="beside-counts">
        <div>
          <dt>now</dt>
          <dd className="num">{exactCount(before)}</dd>
        </div>
        <div>
          <dt>after</dt>
          <dd className="num">{exactCount(after)}</dd>
        </div>
        <div>
          <dt>excluded</dt>
          <dd className="num">{exactCount(gone)}</dd>
        </div>
      </dl>
      <p className="small dim">of {plural(traces, 'trace')} of this time</p>
      {before > 0 && gone / before > TOO_MUCH ? (
        <div className="banner warn">
          <TriangleAlert className="i" aria-hidden="true" />
          <span>
            <b>
              {after === 0 ? 'It would find nothing of this time any more.' : `It excludes ${share(gone, before)} of what the rule finds.`}
            </b>{' '}
            Tick more to exclude less.
          </span>
        </div>
      ) : null}
    </>
  );
}
