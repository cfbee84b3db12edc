import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { ViolationList } from '#ui/api/types';
import { answered, client } from '../api/client';
import type { Filters } from '../violations/filters/use-violation-filters';
import { askedFor } from '../violations/violation-queries';
import { INBOXES, type Inbox } from './inbox';

/** Groups per page. */
const PAGE = 50;
/** Violations shown below a group. */
export const NEWEST = 5;

export const GROUPS = ['violation-groups'] as const;

/** The API query for groups, which cannot filter by trace or group. */
function groupsAskedFor(filters: Filters, now: number, { asked }: Inbox) {
  return { ...askedFor({ ...filters, trace_id: null, group_id: null }, now), ...asked };
}

/** The groups with violations that the filters select, last seen first. */
export function useGroups(filters: Filters, now: number, inbox: Inbox, enabled: boolean) {
  return useInfiniteQuery({
    queryKey: [...GROUPS, 'list', filters, now, inbox.key],
    enabled,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => {
      const query = { ...groupsAskedFor(filters, now, inbox), limit: PAGE, ...(pageParam === undefined ? {} : { cursor: pageParam }) };
      return answered(client.GET('/v1/violations/groups', { params: { query }, signal }));
    },
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });
}

/** The number of groups in each part of the inbox, whichever is shown. */
export function useInboxCounts(filters: Filters, now: number, enabled: boolean) {
  const all = { ...filters, inbox: null };
  return useQuery({
    queryKey: [...GROUPS, 'counts', all, now],
    enabled,
    queryFn: async ({ signal }) => {
      const count = async (inbox: Inbox): Promise<readonly [string, number]> => {
        const query = { ...groupsAskedFor(all, now, inbox), limit: 1 };
        return [inbox.key, (await answered(client.GET('/v1/violations/groups', { params: { query }, signal }))).total];
      };
      return new Map(await Promise.all(INBOXES.map(count)));
    },
    placeholderData: keepPreviousData,
  });
}

/** The newest violations of a group that the filters select. */
export function useNewestOf(group: { readonly id: string }, filters: Filters, now: number) {
  return useQuery({
    queryKey: [...GROUPS, 'newest', group.id, filters, now],
    queryFn: async ({ signal }) => {
      // A search was for the group: its violations need not have the text.
      const query = { ...askedFor({ ...filters, trace_id: null, q: null }, now), group_id: group.id, view: 'full' as const, limit: NEWEST };
      return (await answered(client.GET('/v1/violations', { params: { query }, signal }))) as unknown as ViolationList;
    },
  });
}

/** Who acknowledged a group and what was noted, the newest first. */
export function useGroupMarks(id: string) {
  return useQuery({
    queryKey: [...GROUPS, 'marks', id],
    queryFn: async ({ signal }) =>
      (await answered(client.GET('/v1/violations/groups/{id}/marks', { params: { path: { id }, query: { limit: 10 } }, signal }))).marks,
  });
}

/** The group of a violation, with the counts of all times; null if it has none. */
export function useGroupOf(violation: { readonly id: string } | undefined) {
  const { id: violation_id = '' } = violation ?? {};
  return useQuery({
    queryKey: [...GROUPS, 'of', violation_id],
    enabled: violation !== undefined,
    queryFn: async ({ signal }) => {
      const query = { violation_id, status: 'all' as const, limit: 1 };
      return (await answered(client.GET('/v1/violations/groups', { params: { query }, signal }))).groups[0] ?? null;
    },
  });
}
