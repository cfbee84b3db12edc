import { Fragment, type ReactNode } from 'react';
import type { Accounting } from '#ui/api/types';
import { exactCount, plural } from '#ui/format/count';
import { exactTime } from '#ui/format/time';
import { ErrorBanner } from '#ui/parts/error-banner';
import { Skeleton } from '#ui/parts/skeleton';
import { Tag } from '#ui/parts/tag';
import { equationOf, type Part } from './equation';
import type { useAccounting } from './use-accounting';

/** Whether everything is evaluated: received = judged + rejected + duplicates + on the way, as large figures. */
export function AccountingPanel({ query: { data, error, refetch } }: { readonly query: ReturnType<typeof useAccounting> }) {
  return (
    <section className="panel" aria-labelledby="account-h" data-stale={error !== null && data !== undefined}>
      <header>
        <h2 id="account-h">Is it looking at everything?</h2>
        {data === undefined ? null : (
          <div className="end">
            <span className="small dim">all since this process started</span>
            <AddsUp account={data} />
          </div>
        )}
      </header>
      {error === null ? null : (
        <ErrorBanner
          what={
            data === undefined
              ? 'The account could not be taken.'
              : `The account is of ${exactTime(Date.parse(data.at)).slice(11, 19)} UTC.`
          }
          error={error}
          onRetry={() => void refetch()}
        />
      )}
      {data === undefined ? (
        error === null && <Skeleton lines={2} label="The account is being taken" />
      ) : (
        <>
          {data.total === undefined ? (
            <p className="body dim">
              This process is one of several, and answers for its own part alone. Ingest processes and evaluators answer GET /v1/accounting,
              too: their sums add up over the offsets of the log, and the dashboards for Grafana show them.
            </p>
          ) : (
            <div className="body equation">
              <Equation total={data.total} />
            </div>
          )}
          <Details account={data} />
        </>
      )}
    </section>
  );
}

function AddsUp({ account: { exact, total, hops } }: { readonly account: Accounting }) {
  // A process that neither receives nor evaluates has nothing to count.
  if (total === undefined && hops.receive === undefined && hops.evaluate === undefined) return null;
  const unaccounted = total?.unaccounted ?? (hops.receive?.unaccounted ?? 0) + (hops.evaluate?.unaccounted ?? 0);
  if (!exact) return <Tag tone="warn">not exact</Tag>;
  if (unaccounted === 0) return <Tag tone="ok">adds up</Tag>;
  return <Tag tone="bad">{plural(Math.abs(unaccounted), 'span is', 'spans are')} unaccounted for</Tag>;
}

function Equation({ total }: { readonly total: NonNullable<Accounting['total']> }) {
  const { left, right } = equationOf(total);
  return (
    <>
      <Side parts={left} />
      <span className="sign">=</span>
      <Side parts={right} />
    </>
  );
}

function Side({ parts }: { readonly parts: readonly Part[] }) {
  return parts.map(({ key, count, name, text }, index) => (
    <Fragment key={key}>
      {index === 0 ? null : <span className="sign">+</span>}
      <div data-part={key}>
        <span className={key === 'unaccounted' ? 'big is-bad' : 'big'}>{exactCount(count)}</span>
        <span className="strong">{name}</span>
        <span className="small dim">{text}</span>
      </div>
    </Fragment>
  ));
}

/** Since when it counts, rejected spans by reason, and what was not counted. */
function Details({ account: { since, inexact, total, hops } }: { readonly account: Accounting }) {
  const rejected = Object.entries(total?.rejected ?? { ...hops.receive?.rejected, ...hops.evaluate?.rejected }).filter(
    ([, count]) => count > 0,
  );
  const expired = hops.evaluate?.expired_records ?? 0;
  const lines: readonly (readonly [string, ReactNode])[] = [
    ['since', `since ${exactTime(Date.parse(since)).slice(0, 19)} UTC`],
    ...rejected.map(([reason, count]) => [reason, `rejected, ${reason.replaceAll('_', ' ')}: ${exactCount(count)}`] as const),
    ...(expired > 0 ? [['expired', `${plural(expired, 'record')} deleted before they were judged`] as const] : []),
    ...inexact.map((reason) => [reason, reason] as const),
  ];
  return (
    <div className="strip">
      {lines.map(([key, text]) => (
        <span key={key}>{text}</span>
      ))}
    </div>
  );
}
