import type { EvaluationProgress } from '#ui/api/types';
import { exactCount, plural } from '#ui/format/count';
import { duration } from '#ui/format/duration';
import type { Readiness } from '../../api/readiness';
import { quantile, type Reading, total } from '../readings/readings';
import { recordRate, type SystemProgress } from '../readings/system-progress';

export type HopState = 'ok' | 'off' | 'warn' | 'bad' | 'unknown';

/** A part on the way of a span: its state, one number, one sentence, and the remedy of a failure. */
export interface Hop {
  readonly name: string;
  readonly state: HopState;
  readonly value: string;
  readonly text: string;
  readonly todo?: string;
}

const ELSEWHERE = 'in a process of its own: its figures are at its /metrics, and in the dashboards for Grafana';

/**
 * The way of a span.
 * @param before an earlier reading, from which times are counted
 * @param system the evaluators of the whole system, if this process has none
 */
export function hopsOf(
  readiness: Readiness | undefined,
  before: Reading | undefined,
  now: Reading | undefined,
  system: SystemProgress | undefined,
): readonly Hop[] {
  return [
    ingest(before, now, system),
    evaluator(readiness, before, now, system),
    store(readiness, now),
    exporter(readiness, now),
    notifications(readiness, now),
  ];
}

/** The sentence of a failing check in `/ready`. */
function failing(readiness: Readiness | undefined, check: string): string | undefined {
  const state = readiness?.checks[check];
  return state === undefined || state === 'ok' || state === 'off' ? undefined : state;
}

const seconds = (value: number | undefined): string => (value === undefined ? 'no figure' : duration(value * 1e9));

function ingest(before: Reading | undefined, now: Reading | undefined, system: SystemProgress | undefined): Hop {
  const name = 'Ingest';
  if (now === undefined) return unread(name);
  if (total(now, 'betrace_ingest_in_flight_bytes') === undefined) return system === undefined ? elsewhere(name) : allIngest(name, system);
  const late = quantile(0.95, before, now, 'betrace_ingest_duration_seconds');
  const refused = requests(now, (outcome) => outcome !== 'ok' && outcome !== 'partial');
  const waiting = total(now, 'betrace_evaluator_waiting') ?? 0;
  const text = late === undefined ? 'nothing came in this time' : 'until the log has it, 95 % of requests';
  if (waiting > 0) {
    const todo = 'Give traces.memory_budget more, or ask senders why traces stay open.';
    return { name, state: 'warn', value: seconds(late), text: 'Senders wait: traces take all of their memory', todo };
  }
  if (refused > 0)
    return { name, state: 'ok', value: seconds(late), text: `${text}; ${plural(refused, 'request')} refused since the start` };
  return { name, state: 'ok', value: seconds(late), text };
}

function requests({ metrics }: Reading, wanted: (outcome: string) => boolean): number {
  const samples = metrics.get('betrace_ingest_requests_total') ?? [];
  return samples.filter(({ labels }) => wanted(labels['outcome'] ?? '')).reduce((sum, { value }) => sum + value, 0);
}

function evaluator(
  readiness: Readiness | undefined,
  before: Reading | undefined,
  now: Reading | undefined,
  system: SystemProgress | undefined,
): Hop {
  const name = 'Evaluator';
  const said = failing(readiness, 'rule_engine');
  if (now === undefined) return said === undefined ? unread(name) : { name, state: 'bad', value: 'no reading', text: said };
  const lag = total(now, 'betrace_evaluator_lag_records');
  if (lag === undefined) {
    if (said !== undefined) return { name, state: 'bad', value: 'failing', text: said };
    return system === undefined ? elsewhere(name) : allEvaluators(name, system);
  }
  const value = Number.isNaN(lag) ? 'unknown' : `${plural(lag, 'record')} behind`;
  const stuck = total(now, 'betrace_evaluator_partition_failing') ?? 0;
  if (stuck > 0 || said !== undefined) {
    const todo = stuck > 0 ? 'It is tried again by itself. The log of the evaluator has the error with its stack.' : undefined;
    const text = said ?? `${plural(stuck, 'partition')} cannot be evaluated`;
    return { name, state: 'bad', value, text, ...(todo === undefined ? {} : { todo }) };
  }
  if (Number.isNaN(lag)) {
    return { name, state: 'warn', value, text: 'where the log ends is not known', todo: 'No broker answers: look at the log.' };
  }
  const took = quantile(0.95, before, now, 'betrace_rule_evaluation_duration_seconds');
  const text = took === undefined ? 'nothing was judged in this time' : `${seconds(took)} for a request through all rules, 95 %`;
  const waited = lag > BEHIND && (before === undefined || (total(before, 'betrace_evaluator_lag_records') ?? 0) > BEHIND);
  if (!waited) return { name, state: 'ok', value, text };
  return {
    name,
    state: 'warn',
    value,
    text,
    todo: 'Verdicts come late. Rules by cost are in the list of rules; more evaluators divide the partitions.',
  };
}

/** Records; on a busy server this many come within a moment. */
const BEHIND = 1_000;

/** All that ingest processes wrote; each of them alone knows what it refused. */
function allIngest(name: string, system: SystemProgress): Hop {
  const rate = recordRate(system, 'appended_records');
  const text = 'into the spans log, by all processes: requests and ticks. What they refused: /metrics of each, or the dashboards';
  return { name, state: 'unknown', value: rate === undefined ? 'counting' : `${exactCount(Math.round(rate))} records/s`, text };
}

/** All evaluators, by the positions that they commit in the log. */
function allEvaluators(name: string, system: SystemProgress): Hop {
  const { behind_records: behind, partitions } = system.now.progress;
  const value = `${plural(behind, 'record')} behind`;
  const stuck = partitions.filter((partition) => stands(system, partition));
  const of = plural(partitions.length, 'partition');
  if (stuck.length > 0) {
    const which = stuck.map(({ partition }) => partition).join(', ');
    return {
      name,
      state: stuck.length === partitions.length ? 'bad' : 'warn',
      value,
      text: `${stuck.length} of ${of} have not moved for most of a minute while records wait: ${which}`,
      todo: 'Do evaluators run? /ready and the log of each say what they lack.',
    };
  }
  const text = `of ${of}, in all evaluators, as they committed it up to a second ago`;
  const waited = behind > BEHIND && (system.before?.progress.behind_records ?? 0) > BEHIND;
  if (!waited) return { name, state: 'ok', value, text };
  return { name, state: 'warn', value, text, todo: 'Verdicts come late. More evaluators divide the partitions.' };
}

/** Longer (ms) than a hand-over, and than a reading of some seconds ago. */
const STANDS_MS = 45_000;

/** Whether records waited in a partition at both readings, and none was judged between them. */
function stands(
  { before, now }: SystemProgress,
  { partition, judged_to, behind_records }: EvaluationProgress['partitions'][number],
): boolean {
  if (before === undefined || now.at - before.at < STANDS_MS || behind_records === 0) return false;
  const then = before.progress.partitions.find((each) => each.partition === partition);
  return then !== undefined && then.behind_records > 0 && then.judged_to === judged_to;
}

function store(readiness: Readiness | undefined, now: Reading | undefined): Hop {
  const name = 'Store';
  const said = failing(readiness, 'storage');
  const lag = now === undefined ? undefined : total(now, 'betrace_violations_keep_lag_records');
  const value = lag === undefined ? 'no reading' : Number.isNaN(lag) ? 'unknown' : `${plural(lag, 'record')} waiting`;
  if (said !== undefined) return { name, state: readiness?.status === 'degraded' ? 'warn' : 'bad', value, text: said };
  if (now === undefined || readiness === undefined) return unread(name);
  const failures = total(now, 'betrace_violations_keep_failures_total') ?? 0;
  const text = 'violations to be kept and found';
  return {
    name,
    state: 'ok',
    value,
    text: failures === 0 ? text : `${text}; ${plural(failures, 'attempt')} failed since the start, and were repeated`,
  };
}

function exporter(readiness: Readiness | undefined, now: Reading | undefined): Hop {
  const name = 'Export';
  if (readiness?.checks['otlp_exporter'] === 'off') {
    return { name, state: 'off', value: 'off', text: 'violations are not sent as spans', todo: '--otel-endpoint=tempo:4317' };
  }
  return sending(
    name,
    failing(readiness, 'otlp_exporter'),
    readiness,
    now,
    'betrace_otlp_export_lag_records',
    'violations to be sent as spans',
  );
}

function notifications(readiness: Readiness | undefined, now: Reading | undefined): Hop {
  const name = 'Notifications';
  if (readiness?.checks['notifications'] === 'off') {
    return {
      name,
      state: 'off',
      value: 'off',
      text: 'BeTrace notifies nobody',
      todo: 'Name a file with receivers in notifications.file.',
    };
  }
  return sending(name, failing(readiness, 'notifications'), readiness, now, 'betrace_notification_lag_records', 'violations to be told');
}

function sending(
  name: string,
  said: string | undefined,
  readiness: Readiness | undefined,
  now: Reading | undefined,
  metric: string,
  text: string,
): Hop {
  const lag = now === undefined ? undefined : total(now, metric);
  const value = lag === undefined ? 'no reading' : Number.isNaN(lag) ? 'unknown' : `${plural(lag, 'record')} waiting`;
  if (said !== undefined)
    return { name, state: 'warn', value, text: said, todo: 'Nothing is lost: it is sent when the other side takes it again.' };
  if (readiness === undefined || now === undefined) return unread(name);
  return { name, state: 'ok', value, text };
}

const unread = (name: string): Hop => ({ name, state: 'unknown', value: 'no reading', text: 'the server did not say' });
const elsewhere = (name: string): Hop => ({ name, state: 'unknown', value: 'elsewhere', text: ELSEWHERE });
