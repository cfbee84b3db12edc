import { ChevronRight, Plus, Send } from 'lucide-react';
import { Link } from 'wouter';
import { ErrorBanner } from '#ui/parts/error-banner';
import { UserText } from '#ui/parts/user-text';
import { STARTERS } from '../rules/list/starter-rules';
import { Starters } from '../rules/list/starters';
import { PageTitle } from '../shell/page-title';
import { ConnectionPanel } from './connection-panel';
import { NothingComes } from './nothing-comes';
import { SenderSettings } from './sender-settings';
import { Step, type StepState } from './step';
import { createStarters, sendTestTraces } from './test-traces';
import { useBegun, useStep } from './use-first-run';

/** From an empty server to a violation. Each step shows whether it is done, here or elsewhere. */
export default function FirstRunPage() {
  const { readiness, readinessError, hasSpans, rulesInForce, newest } = useBegun();
  const send = useStep(sendTestTraces);
  const create = useStep(createStarters);
  const runs = readiness !== undefined && readinessError === null && readiness.status !== 'not_ready';
  const done = [runs, hasSpans === true, (rulesInForce ?? 0) > 0, newest != null];
  const current = done.indexOf(false);
  const state = (step: number): StepState => (done[step] ? 'done' : step === current ? 'now' : 'later');
  const sendButton = (
    <button type="button" className="btn primary" disabled={send.isPending} onClick={() => send.mutate()}>
      <Send className="i" aria-hidden="true" />
      {send.isPending ? 'Sent, being judged' : 'Send test traces'}
    </button>
  );
  return (
    <>
      <div className="head">
        <PageTitle>First run</PageTitle>
      </div>
      <p className="lead">
        {newest == null ? 'From nothing to a violation, in four steps. They advance by themselves.' : 'All four steps are done.'}
      </p>
      {send.error === null ? null : <ErrorBanner what="The test traces were not judged." error={send.error} />}
      {create.error === null ? null : <ErrorBanner what="The rules were not created." error={create.error} />}
      <div className="columns first-run">
        <ol className="panel tour">
          <Step title="BeTrace runs" state={state(0)}>
            <p className="dim">
              {runs ? 'It answers, and takes what is sent.' : readinessError === null ? 'It is being asked.' : 'It does not answer.'}
            </p>
          </Step>
          <Step title="Send spans" state={state(1)}>
            <p className="dim">
              {hasSpans === true
                ? 'Spans came.'
                : 'An application sends its own, or two test traces come from here: one of a good checkout, one of a bad one.'}
            </p>
            {hasSpans === true ? null : (
              <>
                <div className="tour-does">{sendButton}</div>
                <SenderSettings />
                <NothingComes waits={hasSpans === false} />
              </>
            )}
          </Step>
          <Step title="Say what must not happen" state={state(2)}>
            {(rulesInForce ?? 0) > 0 ? (
              <p className="dim">{rulesInForce === 1 ? 'One rule is in force.' : `${rulesInForce} rules are in force.`}</p>
            ) : (
              <>
                <p className="dim">No rule is in force, so nothing is looked for. The test traces break each of these:</p>
                <Starters />
                <div className="tour-does">
                  <button type="button" className="btn primary" disabled={create.isPending} onClick={() => create.mutate()}>
                    <Plus className="i" aria-hidden="true" />
                    Create these {STARTERS.length} rules
                  </button>
                  <Link className="btn" href="/rules/new">
                    New rule
                  </Link>
                </div>
              </>
            )}
          </Step>
          <Step title="Look at the first violation" state={state(3)}>
            {newest == null ? (
              <>
                <p className="dim">
                  {done[1] && done[2]
                    ? 'No span that came since broke a rule. A rule judges what comes after it.'
                    : 'It appears here as soon as a span breaks a rule.'}
                </p>
                {done[1] && done[2] ? <div className="tour-does">{sendButton}</div> : null}
              </>
            ) : (
              <>
                <p className="dim">
                  <UserText>{newest.rule_name}</UserText>: why it is one, the trace with the spans that witness it, and what is missing.
                </p>
                <div className="tour-does">
                  <Link className="btn primary" href={`/violations/${encodeURIComponent(newest.id)}`}>
                    View Trace
                    <ChevronRight className="i" aria-hidden="true" />
                  </Link>
                  <Link className="btn" href="/violations">
                    All violations
                  </Link>
                </div>
              </>
            )}
          </Step>
        </ol>
        <ConnectionPanel readiness={readiness} error={readinessError} />
      </div>
    </>
  );
}
