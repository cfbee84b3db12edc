import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { plural } from '#ui/format/count';
import { clock } from '#ui/format/time';
import { ErrorBanner } from '#ui/parts/error-banner';
import { Pick } from '#ui/parts/pick';
import { Skeleton } from '#ui/parts/skeleton';
import { Tag } from '#ui/parts/tag';
import { fetchReadiness, type Readiness } from '../api/readiness';
import { useRules } from '../api/rule-queries';
import { useRuleHealth } from '../rules/list/rule-health';
import { PageTitle } from '../shell/page-title';
import { AccountingPanel } from './accounting/accounting-panel';
import { useAccounting } from './accounting/use-accounting';
import { AttentionList } from './attention-list';
import { ClosedTraces } from './closed-traces';
import { concernsOf } from './concerns';
import { Figures } from './figures';
import { HopList } from './hops/hop-list';
import { hopsOf } from './hops/hops';
import { LoudestRules } from './loudest-rules';
import { type Reading, total } from './readings/readings';
import { useProgress } from './readings/use-progress';
import { useReadings } from './readings/use-readings';
import { ThroughputChart, ThroughputLegend } from './throughput-chart';
import { DEFAULT_START, FOUND_RANGES, useFound, useFoundRange, wordsOfRange } from './use-found';

const READY_EVERY_MS = 10_000;
/** Rates and times cover this period (ms). */
const WINDOW_MS = 60_000;

/** Whether all spans are judged in time, and violations arrive. */
export default function OverviewPage() {
  const metrics = useReadings();
  const ready = useQuery({ queryKey: ['ready'], queryFn: fetchReadiness, refetchInterval: READY_EVERY_MS, retry: false });
  const account = useAccounting();
  const rules = useRules();
  const health = useRuleHealth();
  const [start, setStart] = useFoundRange();
  const found = useFound(start);
  const { readings } = metrics;
  const now = metrics.error === null ? readings.at(-1) : undefined;
  const before = now === undefined ? undefined : readings.find(({ at }) => at >= now.at - WINDOW_MS && at < now.at);
  const readiness = ready.error === null ? ready.data : undefined;
  // If other processes judge the spans, their positions in the log show the progress.
  const isElsewhere = now !== undefined && total(now, 'betrace_evaluator_lag_records') === undefined;
  const system = useProgress(isElsewhere);
  const hops = hopsOf(readiness, before, now, system);
  const concerns = concernsOf({ account: account.data, hops, readiness, reading: now, rules: rules.data?.rules, health: health.data });
  const isLoading = metrics.isPending || ready.isPending;
  const last = readings.at(-1);

  return (
    <>
      <div className="head">
        <PageTitle>Overview</PageTitle>
        <Verdict
          readiness={readiness}
          reading={now}
          spans={account.error === null ? account.data?.hops.evaluate?.on_the_way : undefined}
          records={system?.now.progress.behind_records}
          isLoading={isLoading || account.isPending}
        />
        <div className="end small dim">
          {isElsewhere ? 'figures of the whole system, where this process knows them' : 'figures of this process'}, read every 5 s
        </div>
      </div>
      {metrics.error === null ? null : (
        <ErrorBanner
          what={last === undefined ? 'The metrics could not be read.' : `No reading since ${clock(last.at)} UTC.`}
          error={metrics.error}
          onRetry={() => void metrics.refetch()}
        />
      )}
      {ready.error === null ? null : (
        <ErrorBanner what="Whether its parts work could not be read." error={ready.error} onRetry={() => void ready.refetch()} />
      )}
      <search className="head" aria-label="Time of what was found">
        <Pick
          label="Time Range"
          value={start}
          isSet={start !== DEFAULT_START}
          options={FOUND_RANGES.map(({ start: value, text }) => ({ value, text }))}
          onChange={(value) => setStart(value === '' ? DEFAULT_START : value)}
        />
        <span className="small dim">of violations, undecided verdicts and loudest rules; the other figures name their own time</span>
      </search>
      <AccountingPanel query={account} />
      <Figures
        system={system}
        account={account.error === null ? account.data : undefined}
        before={before}
        now={now}
        start={start}
        found={found.error === null && !found.isPlaceholderData ? found.data : undefined}
      />
      <div className="columns halves">
        <section className="panel" aria-labelledby="attention-h">
          <header>
            <h2 id="attention-h">Needs attention</h2>
            <div className="end small dim">states of now, rules of the last 24 h, counts since the start</div>
          </header>
          {health.error === null ? null : (
            <ErrorBanner what="The health of the rules could not be read." error={health.error} onRetry={() => void health.refetch()} />
          )}
          {isLoading || health.isPending ? (
            <Skeleton lines={3} label="What needs attention is being read" />
          ) : (
            <AttentionList concerns={concerns} complete={now !== undefined && readiness !== undefined && health.data !== undefined} />
          )}
        </section>
        <section className="panel" aria-labelledby="throughput-h">
          <header>
            <h2 id="throughput-h">Spans a second</h2>
            {isElsewhere ? null : <ThroughputLegend />}
          </header>
          {isElsewhere ? (
            <p className="body dim">
              Ingest processes and evaluators count spans, each its own: the dashboards for Grafana add them up. What the log says of all of
              them is above.
            </p>
          ) : (
            <ThroughputChart readings={readings} />
          )}
        </section>
      </div>
      <section className="panel" aria-labelledby="hops-h">
        <header>
          <h2 id="hops-h">The way of a span</h2>
          <div className="end small dim">states of now, rates of the last minute</div>
        </header>
        {isLoading ? <Skeleton lines={3} label="The parts are being asked" /> : <HopList hops={hops} />}
      </section>
      <div className="columns halves">
        <section className="panel" aria-labelledby="closed-h">
          <header>
            <h2 id="closed-h">Why traces were closed</h2>
            {isElsewhere ? null : <div className="end small dim">since this process started</div>}
          </header>
          {now === undefined ? (
            isLoading ? (
              <Skeleton lines={3} label="The metrics are being read" />
            ) : (
              <p className="body dim">No reading.</p>
            )
          ) : isElsewhere ? (
            <p className="body dim">
              Evaluators in other processes know it: betrace_traces_closed_total at the /metrics of each, by reason.
            </p>
          ) : (
            <ClosedTraces reading={now} />
          )}
        </section>
        <section className="panel" aria-labelledby="loud-h" data-stale={found.isPlaceholderData}>
          <header>
            <h2 id="loud-h">Loudest rules</h2>
            <div className="end small">
              <span className="dim">in the last {wordsOfRange(found.data?.start ?? start)}</span>{' '}
              <Link className="link" href="/rules?sort=matches">
                All rules
              </Link>
            </div>
          </header>
          {found.error === null ? null : (
            <ErrorBanner what="The violations could not be counted." error={found.error} onRetry={() => void found.refetch()} />
          )}
          {found.data === undefined || rules.data === undefined ? (
            found.error === null ? (
              <Skeleton lines={3} label="The violations are being counted" />
            ) : null
          ) : (
            <LoudestRules rules={rules.data.rules} found={found.data} />
          )}
        </section>
      </div>
    </>
  );
}

/** The conclusion, before the data. */
function Verdict({
  readiness,
  reading,
  spans,
  records,
  isLoading,
}: {
  readonly readiness: Readiness | undefined;
  readonly reading: Reading | undefined;
  /** Spans that no evaluator has read yet. */
  readonly spans: number | undefined;
  /** Where spans are not counted: records of the log that all evaluators have yet to read. */
  readonly records: number | undefined;
  readonly isLoading: boolean;
}) {
  if (isLoading) return null;
  if (readiness === undefined) return <Tag tone="bad">The server does not say how it is</Tag>;
  if (readiness.status === 'not_ready') return <Tag tone="bad">Not ready</Tag>;
  if (readiness.status === 'degraded') return <Tag tone="warn">Degraded: a part of the work waits</Tag>;
  if (spans !== undefined) return <Tag tone="ok">Judging, {plural(spans, 'span')} behind</Tag>;
  const lag = records ?? (reading && total(reading, 'betrace_evaluator_lag_records'));
  if (lag === undefined) return <Tag tone="ok">Ready</Tag>;
  return Number.isNaN(lag) ? (
    <Tag tone="warn">How far it is behind is not known</Tag>
  ) : (
    <Tag tone="ok">Judging, {plural(lag, 'record')} behind</Tag>
  );
}
