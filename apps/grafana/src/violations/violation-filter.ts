import { dateMath } from '@grafana/data';

export const LIMITS = [50, 100, 500, 1000] as const;

/** The guide's time ranges by name, each in Grafana's notation. */
export const RANGES = [
  { label: 'Last 1h', value: 'now-1h' },
  { label: 'Last 6h', value: 'now-6h' },
  { label: 'Last 24h', value: 'now-24h' },
  { label: 'Last 7d', value: 'now-7d' },
] as const;
export const CUSTOM = 'custom';

/**
 * Unix seconds of `now-1h`, of an ISO time or of milliseconds; undefined when it is none of these.
 * @param isEnd of `now/d` the end of the day is meant, else its beginning
 */
function secondsOf(text: string, isEnd: boolean): string | undefined {
  const time = /^\d+$/.test(text) ? Number(text) : dateMath.toDateTime(text, { roundUp: isEnd })?.valueOf();
  return time === undefined || Number.isNaN(time) ? undefined : (time / 1000).toFixed(3);
}

/** The filter of the address as the API takes it. Both the guide's `start_time` and Grafana's `from` are understood. */
export function apiFilter(search: URLSearchParams): Readonly<Record<string, string | undefined>> {
  const get = (name: string): string | undefined => search.get(name) ?? undefined;
  const to = get('to');
  return {
    rule_id: get('rule_id'),
    severity: get('severity'),
    service: get('service'),
    trace_id: get('trace_id'),
    start_time: get('start_time') ?? secondsOf(get('from') ?? 'now-1h', false),
    end_time: get('end_time') ?? (to === undefined || to === 'now' ? undefined : secondsOf(to, true)),
  };
}
