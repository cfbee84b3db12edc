import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { ViolationList, ViolationStats } from '#ui/api/types';
import { answered, client } from '../api/client';
import { type TimeRange, timeRange } from './filters/time-range';
import type { Filters } from './filters/use-violation-filters';

/** Violations per page: each has its explanation, so a page is some hundred kilobytes at most. */
export const PAGE = 50;
const NEW_EVERY_MS = 10_000;

type Asked = TimeRange & {
  readonly rule_id?: string;
  readonly severity?: never;
  readonly service?: string;
  readonly status?: 'open' | 'retracted' | 'undecided' | 'all';
  readonly trace_id?: string;
  readonly group_id?: string;
  readonly q?: string;
};

/** The API query for the filters of a URL at a moment. */
export function askedFor(filters: Filters, now: number): Asked {
  const { rule_id, severity, service, status, trace_id, group_id, q } = filters;
  const set = Object.entries({ rule_id, severity, service, status, trace_id, group_id, q }).filter(([, value]) => value !== null);
  return { ...Object.fromEntries(set), ...timeRange(filters.start_time, filters.end_time, now) };
}

export function useViolations(filters: Filters, now: number, limit: number, enabled: boolean) {
  return useInfiniteQuery({
    queryKey: ['violations', filters, now, limit],
    enabled,
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const asked = { ...askedFor(filters, now), view: 'full' as const };
      // Later violations are found by the difference, which needs an exact count. A search would scan everything for it.
      const count = pageParam === undefined && filters.q === null ? { count: 'exact' as const } : {};
      const read = async (left: number, cursor: string | undefined) => {
        const query = { ...asked, ...count, limit: left, ...(cursor === undefined ? {} : { cursor }) };
        return (await answered(client.GET('/v1/violations', { params: { query }, signal }))) as unknown as ViolationList;
      };
      return wholePage(read, Math.min(PAGE, limit), pageParam);
    },
    getNextPageParam: (last, pages) => (pages.length * PAGE >= limit ? undefined : last.next),
    placeholderData: keepPreviousData,
  });
}

/** A page of `length`: a search ends its pages early, so several are read. */
async function wholePage(
  read: (left: number, cursor: string | undefined) => Promise<ViolationList>,
  length: number,
  cursor: string | undefined,
): Promise<ViolationList> {
  let page = await read(length, cursor);
  while (page.next !== undefined && page.violations.length < length) {
    const more = await read(length - page.violations.length, page.next);
    const violations = [...page.violations, ...more.violations];
    page = { ...more, violations, total: violations.length };
  }
  return page;
}

/** Counts over time, by severity, of exactly the listed violations. */
export function useViolationStats(filters: Filters, now: number, live: boolean) {
  return useQuery({
    refetchInterval: live ? NEW_EVERY_MS : false,
    queryKey: ['violation-stats', filters, now],
    queryFn: async ({ signal }) => {
      const asked = askedFor(filters, now);
      return asked.start_time === undefined ? wholeTime(asked, signal) : stats(asked, signal);
    },
    placeholderData: keepPreviousData,
  });
}

/** Counts of each status, whichever is shown. */
export function useStatusCounts(filters: Filters, now: number, live: boolean) {
  const all = { ...filters, status: null };
  return useQuery({
    refetchInterval: live ? NEW_EVERY_MS : false,
    queryKey: ['violation-statuses', all, now],
    queryFn: async ({ signal }) => {
      const asked = { start_time: '0', ...askedFor(all, now), group_by: 'status' as const };
      const { groups = [] } = await answered(client.GET('/v1/violations/stats', { params: { query: asked }, signal }));
      return new Map(groups.map(({ key, total }) => [key, total]));
    },
    placeholderData: keepPreviousData,
  });
}

/** The current number of matches; the difference to the list is the number of later violations. */
export function useTotalNow(filters: Filters, now: number, live: boolean) {
  return useQuery({
    queryKey: ['violation-total', filters, now],
    queryFn: async ({ signal }) =>
      (await answered(client.GET('/v1/violations', { params: { query: { ...askedFor(filters, now), limit: 1, count: 'exact' } }, signal })))
        .total,
    refetchInterval: NEW_EVERY_MS,
    // A search scans everything for its count.
    enabled: filters.end_time === null && filters.q === null && !live,
    staleTime: 0,
  });
}

async function stats(asked: Asked, signal: AbortSignal): Promise<ViolationStats> {
  return answered(client.GET('/v1/violations/stats', { params: { query: { ...asked, group_by: 'severity' } }, signal }));
}

const EMPTY_SECONDS = 86_400;

/** Without a start: begins at the first violation, because sixty buckets over all years would show one bar. Without a violation it is about the last day. */
async function wholeTime(asked: Asked, signal: AbortSignal): Promise<ViolationStats> {
  let found = await stats({ ...asked, start_time: '0' }, signal);
  if (found.total === 0) {
    const { counted_from } = found;
    found = await stats({ ...asked, start_time: String(Math.max(0, found.end_time - EMPTY_SECONDS)) }, signal);
    return counted_from === undefined ? found : { ...found, counted_from };
  }
  for (let narrowed = 0; narrowed < 4; narrowed++) {
    const first = found.counts.findIndex((count) => count > 0);
    const start = found.buckets[first];
    if (start === undefined || first < found.buckets.length / 8) break;
    found = await stats({ ...asked, start_time: String(Math.max(0, start)) }, signal);
  }
  return found;
}
