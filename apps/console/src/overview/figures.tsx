import { Activity, CircleHelp, Gauge, Inbox, type LucideIcon, Timer } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Accounting } from '#ui/api/types';
import { exactCount, plural, shortCount } from '#ui/format/count';
import { duration } from '#ui/format/duration';
import { type Reading, rate, total } from './readings/readings';
import { recordRate, type SystemProgress } from './readings/system-progress';
import { type Found, wordsOfRange } from './use-found';

interface FiguresProps {
  /** The reading of a minute ago, or the oldest one; rates and times refer to it. */
  readonly before: Reading | undefined;
  readonly now: Reading | undefined;
  /** The time in which violations are counted. */
  readonly start: string;
  /** Undefined while unknown. */
  readonly found: Found | undefined;
  readonly account: Accounting | undefined;
  /** The evaluators in other processes. */
  readonly system: SystemProgress | undefined;
}

/** Five figures that show whether everything is evaluated in time. A figure that was not read is a dash, never 0. */
export function Figures({ before, now, start, found, account, system }: FiguresProps) {
  const received = now && rate(before, now, 'betrace_spans_received_total');
  const judged = now && rate(before, now, 'betrace_spans_evaluated_total');
  const lag = now && total(now, 'betrace_evaluator_lag_records');
  const late = account?.hops.keep?.latency_seconds;
  const onTheWay = account?.hops.evaluate?.on_the_way;
  const open = now && total(now, 'betrace_traces_open');
  const behind = system?.now.progress.behind_records;
  return (
    <dl className="facts">
      <Figure
        icon={Activity}
        question="Received"
        value={perSecond(received) ?? perSecond(system && recordRate(system, 'appended_records'), 'records')}
        detail={
          judged === undefined
            ? system === undefined
              ? ''
              : `requests and ticks; ${perSecond(recordRate(system, 'judged_records'), 'records') ?? 'counting what is'} judged, in the last minute`
            : `${perSecond(judged)} judged, in the last minute`
        }
      />
      <Figure
        icon={Inbox}
        question="Waiting for judgement"
        value={
          onTheWay !== undefined
            ? exactCount(onTheWay)
            : lag === undefined
              ? behind === undefined
                ? undefined
                : exactCount(behind)
              : Number.isNaN(lag)
                ? 'unknown'
                : exactCount(lag)
        }
        detail={`${onTheWay === undefined ? 'records' : 'spans'} in the log now${open === undefined ? (behind === undefined ? '' : ', for all evaluators') : `; ${shortCount(open)} traces are open`}`}
      />
      <Figure
        icon={Timer}
        question="Certain to listed, 95 %"
        value={late?.p95 === undefined ? undefined : duration(late.p95 * 1e9)}
        detail={late?.p95 === undefined ? 'no verdict yet' : `from a verdict to the list, of the latest ${plural(late.of, 'violation')}`}
      />
      <Figure
        icon={Gauge}
        question={`Violations in ${wordsOfRange(start)}`}
        value={found === undefined ? undefined : <Link href={`/violations?start_time=${start}`}>{shortCount(found.violations)}</Link>}
        detail="that stand"
      />
      <Figure
        icon={CircleHelp}
        question={`Undecided in ${wordsOfRange(start)}`}
        value={
          found === undefined ? undefined : found.undecided === 0 ? (
            '0'
          ) : (
            <Link href={`/violations?start_time=${start}&status=undecided`}>{shortCount(found.undecided)}</Link>
          )
        }
        warn={found !== undefined && found.undecided > 0}
        detail="a limit or a defect kept a rule from a verdict"
      />
    </dl>
  );
}

/** @param of the counted unit, if it is not spans */
export function perSecond(value: number | undefined, of = ''): string | undefined {
  if (value === undefined) return undefined;
  return `${value === 0 ? '0' : value < 10 ? value.toFixed(1) : shortCount(Math.round(value))}${of === '' ? '' : ` ${of}`}/s`;
}

interface FigureProps {
  readonly icon: LucideIcon;
  readonly question: string;
  readonly value: ReactNode;
  readonly detail: string;
  readonly warn?: boolean;
}

function Figure({ icon: Icon, question, value, detail, warn = false }: FigureProps) {
  return (
    <div>
      <dt>
        <Icon className="i" aria-hidden="true" />
        {question}
      </dt>
      <dd className={warn ? 'figure num is-warn' : 'figure num'}>
        {value ?? (
          <span className="faint" title="no reading">
            –
          </span>
        )}
      </dd>
      <dd>{detail}</dd>
    </div>
  );
}
