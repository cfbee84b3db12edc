import { parseMilliseconds } from '#platform';
import { UsageError } from './problems.js';

/** The options that select violations: the filters of `GET /v1/violations`. */
export const FILTER_OPTIONS = {
  rule: { type: 'string' },
  severity: { type: 'string', multiple: true },
  service: { type: 'string' },
  trace: { type: 'string' },
  group: { type: 'string' },
  status: { type: 'string' },
  search: { type: 'string', short: 'q' },
  since: { type: 'string' },
  until: { type: 'string' },
} as const;

export const FILTER_HELP = `  --rule ID              of this rule
  --severity NAME        CRITICAL, HIGH, MEDIUM or LOW; several with commas
  --service NAME         of this service
  --trace ID             of this trace
  --group ID             of this group (violations groups lists them)
  --status NAME          open (the default), retracted, undecided or all
  --since TIME           not before: an age (24h, 7d), or a time (2026-01-31T08:00:00Z, or Unix seconds)
  --until TIME           before it
  -q, --search TEXT      part of an id, a name, the message or a value of the metadata`;

export interface FilterValues {
  readonly rule?: string | undefined;
  readonly severity?: readonly string[] | undefined;
  readonly service?: string | undefined;
  readonly trace?: string | undefined;
  readonly group?: string | undefined;
  readonly status?: string | undefined;
  readonly search?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/**
 * The query of the filters, whose values the server checks.
 * @param now Unix ms
 */
export function filterQuery(values: FilterValues, now: number): URLSearchParams {
  const { rule, severity, service, trace, group, status, search, since, until } = values;
  const all = {
    rule_id: rule,
    severity: severity?.join(','),
    service,
    trace_id: trace,
    group_id: group,
    status,
    q: search,
    start_time: since === undefined ? undefined : timeOf('--since', since, now),
    end_time: until === undefined ? undefined : timeOf('--until', until, now),
  };
  return new URLSearchParams(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** A time for the API, which checks it, from a time or from a duration before now. A plain number is a time. */
export function timeOf(option: string, text: string, now: number): string {
  const ago = /^\d+$/.test(text) ? undefined : parseMilliseconds(text);
  if (ago !== undefined) return new Date(now - ago).toISOString();
  if (/^\d+(\.\d+)?$/.test(text) || /^\d{4}-\d\d-\d\d($|[Tt ])/.test(text)) return text;
  throw new UsageError(`${option} is neither a time nor a duration: ${text}`);
}
