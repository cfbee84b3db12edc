import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ApiProblem } from '#ui/api/problem';
import { answered, client } from '../api/client';

/** A comparison stays true for a while, and costs a read of the log. */
const FRESH_MS = 60_000;
/** Comparisons run one at a time; a full queue soon has room again. */
const RETRIES = 4;

export interface TimeBounds {
  readonly start_time?: string;
  readonly end_time?: string;
}

/** Maximum of displayed differences. */
export const SHOWN = 20;

/**
 * The values that distinguish the traces of a group.
 * @param id of the group; undefined: no request is sent
 */
export function useDifferences(id: string | undefined, range: TimeBounds) {
  return useQuery({
    queryKey: ['differences', id, range],
    enabled: id !== undefined,
    staleTime: FRESH_MS,
    // Each list is of one group, so the kept data is of the same group.
    placeholderData: keepPreviousData,
    retry: (failures, error) => error instanceof ApiProblem && (error.status === 429 || error.status === 0) && failures < RETRIES,
    queryFn: ({ signal }) =>
      answered(
        client.GET('/v1/violations/groups/{id}/differences', {
          params: { path: { id: id ?? '' }, query: { ...range, limit: SHOWN } },
          signal,
        }),
      ),
  });
}
