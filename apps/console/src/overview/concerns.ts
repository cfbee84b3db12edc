import type { Accounting, Rule, RuleHealth } from '#ui/api/types';
import { exactCount, plural } from '#ui/format/count';
import type { Readiness } from '../api/readiness';
import type { Hop } from './hops/hops';
import { type Reading, total } from './readings/readings';

/** A fact that needs attention, with a link. */
export interface Concern {
  readonly key: string;
  readonly tone: 'bad' | 'warn';
  readonly title: string;
  readonly text: string;
  readonly link?: { readonly href: string; readonly text: string };
}

interface Counter {
  readonly metric: string;
  readonly tone: Concern['tone'];
  readonly title: (count: string) => string;
  readonly text: string;
}

/** Counters that should be 0, worst first. */
const COUNTERS: readonly Counter[] = [
  {
    metric: 'betrace_storage_files_lost',
    tone: 'bad',
    title: (n) => `${n} database files were deleted or replaced while they are open`,
    text: 'Nothing more is acknowledged into them. Copy what the process has before it is stopped.',
  },
  {
    metric: 'betrace_spans_expired_total',
    tone: 'bad',
    title: (n) => `${n} records of the spans log went before they were judged`,
    text: 'Nothing judges them any more. Let the log keep spans for longer, or give the evaluators more.',
  },
  {
    metric: 'betrace_traces_lost_total',
    tone: 'bad',
    title: (n) => `${n} open traces lost spans when their log was replaced`,
    text: 'No rule that is judged at the close of a trace says anything of them.',
  },
  {
    metric: 'betrace_evaluation_defects_total',
    tone: 'bad',
    title: (n) => `${n} records could not be judged, by a defect of BeTrace`,
    text: 'They are kept in the dead letter topic with the error.',
  },
  {
    metric: 'betrace_violations_set_aside_total',
    tone: 'bad',
    title: (n) => `${n} violations could not be signed or published`,
    text: 'They are kept in the dead letter topic, with the reason.',
  },
  {
    metric: 'betrace_violations_keep_refused_total',
    tone: 'bad',
    title: (n) => `${n} violations were refused by the store`,
    text: 'They are kept in the dead letter topic, with the reason.',
  },
  {
    metric: 'betrace_violations_missing_total',
    tone: 'bad',
    title: (n) => `${n} violations went from their log before they were read`,
    text: 'Let the violations log keep them for longer than the store or the export may be away.',
  },
  {
    metric: 'betrace_evaluator_thread_restarts_total',
    tone: 'bad',
    title: (n) => `Evaluator threads ended by a defect ${n} times`,
    text: 'They were started again, and read again what they had not finished. The log of the process has the error.',
  },
  {
    metric: 'betrace_spans_unreadable_total',
    tone: 'warn',
    title: (n) => `${n} spans or records of the spans log could not be read`,
    text: 'They are kept in the dead letter topic. Who else writes into the topic?',
  },
  {
    metric: 'betrace_violations_export_rejected_total',
    tone: 'warn',
    title: (n) => `${n} violations were refused by the OTLP endpoint`,
    text: 'They stay here, and are not sent again. The log of the process has its answer.',
  },
  {
    metric: 'betrace_notifications_refused_total',
    tone: 'warn',
    title: (n) => `${n} notifications were refused by their receiver`,
    text: 'They are not sent again. The log of the process has its answer.',
  },
  {
    metric: 'betrace_spans_rejected_total',
    tone: 'warn',
    title: (n) => `${n} spans were rejected`,
    text: 'Their senders were told why; betrace_spans_rejected_total counts the reasons.',
  },
];

/** A sender's or broker's clock that is ahead closes traces too early. */
const AHEAD_SECONDS = 5;

/** Concerns from the process's counters since its start, and from its clocks. */
function ofReading(reading: Reading): readonly Concern[] {
  const counted = COUNTERS.flatMap(({ metric, tone, title, text }): readonly Concern[] => {
    const count = total(reading, metric) ?? 0;
    return count > 0 ? [{ key: metric, tone, title: `${title(exactCount(count))} since the start`, text }] : [];
  });
  const ahead = Math.max(0, ...(reading.metrics.get('betrace_log_time_ahead_seconds') ?? []).map(({ value }) => value));
  if (!(ahead > AHEAD_SECONDS)) return counted;
  const title = `The time of the log is ${Math.round(ahead)} s ahead of this machine's clock`;
  return [
    ...counted,
    { key: 'ahead', tone: 'warn', title, text: 'Traces close too early. Compare the clocks of the machines that write it.' },
  ];
}

const ON_ERROR: Readonly<Record<Rule['on_error'], string>> = {
  no_match: 'A failed evaluation is no match.',
  undecided: 'A failed evaluation is undecided, as the rule says.',
  violation: 'A failed evaluation is a violation, as the rule says.',
};

/** Spans without an outcome: a defect, if everything was counted. */
function ofAccount({ exact, total, hops }: Accounting): readonly Concern[] {
  const unaccounted = total?.unaccounted ?? (hops.receive?.unaccounted ?? 0) + (hops.evaluate?.unaccounted ?? 0);
  if (!exact || unaccounted === 0) return [];
  const title = `${plural(Math.abs(unaccounted), 'span is', 'spans are')} unaccounted for since the start`;
  return [
    {
      key: 'unaccounted',
      tone: 'bad',
      title,
      text: 'It is a defect of BeTrace. Keep the log of spans and the answer of GET /v1/accounting.',
    },
  ];
}

/** Failing parts on the way of a span. */
function ofHops(hops: readonly Hop[]): readonly Concern[] {
  return hops.flatMap(({ name, state, text, todo }): readonly Concern[] =>
    state === 'bad' || state === 'warn' ? [{ key: name, tone: state, title: `${name}: ${text}`, text: todo ?? '' }] : [],
  );
}

/** Each rule with errors or undecided verdicts within 24 hours, worst first. */
function ofRules(rules: readonly Rule[], health: ReadonlyMap<string, RuleHealth>): readonly Concern[] {
  return rules
    .flatMap((rule) => {
      const fares = health.get(rule.id);
      return fares === undefined || fares.evaluation_errors + fares.undecided === 0 ? [] : [{ rule, fares }];
    })
    .sort((a, b) => b.fares.evaluation_errors - a.fares.evaluation_errors || b.fares.undecided - a.fares.undecided)
    .map(({ rule: { id, name, status, on_error }, fares: { evaluation_errors: errors, undecided, evaluations } }): Concern => {
      const href = `/rules/${encodeURIComponent(id)}`;
      if (errors > 0) {
        const title = `${name} failed on ${exactCount(errors)} of ${plural(evaluations, 'evaluation')} in 24 hours`;
        return { key: id, tone: 'bad', title, text: status?.last_error ?? ON_ERROR[on_error], link: { href, text: 'Fix' } };
      }
      const undecidedOf = `/violations?rule_id=${encodeURIComponent(id)}&status=undecided&start_time=-24h`;
      const title = `${name} was undecided on ${plural(undecided, 'judgement')} in 24 hours`;
      return {
        key: id,
        tone: 'warn',
        title,
        text: 'A limit or a defect kept it from a verdict.',
        link: { href: undecidedOf, text: 'Show' },
      };
    });
}

/** Checks of `/ready` that are not on the way of a span. */
const OF_HOPS: ReadonlySet<string> = new Set(['storage', 'rule_engine', 'otlp_exporter', 'notifications']);

function ofReadiness({ checks }: Readiness): readonly Concern[] {
  return Object.entries(checks)
    .filter(([check, state]) => !OF_HOPS.has(check) && state !== 'ok' && state !== 'off')
    .map(([check, state]) => ({ key: check, tone: 'warn', title: check.replaceAll('_', ' '), text: state }));
}

interface Known {
  readonly account: Accounting | undefined;
  readonly hops: readonly Hop[];
  readonly readiness: Readiness | undefined;
  readonly reading: Reading | undefined;
  readonly rules: readonly Rule[] | undefined;
  readonly health: ReadonlyMap<string, RuleHealth> | undefined;
}

/** All that needs attention; losses come before risks. */
export function concernsOf({ account, hops, readiness, reading, rules = [], health }: Known): readonly Concern[] {
  const all = [
    ...(account === undefined ? [] : ofAccount(account)),
    ...ofHops(hops),
    ...(readiness === undefined ? [] : ofReadiness(readiness)),
    ...(reading === undefined ? [] : ofReading(reading)),
    ...(health === undefined ? [] : ofRules(rules, health)),
  ];
  return [...all.filter(({ tone }) => tone === 'bad'), ...all.filter(({ tone }) => tone === 'warn')];
}
