import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answered, client } from '../api/client';
import { ApiProblem } from '../api/problem';

/** What a comparison says stays true for a while, and is not free: it reads the log. */
const FRESH_MS = 60_000;
/** Comparisons are answered one after the other; a full queue has room again soon. */
const RETRIES = 4;

export interface TimeBounds {
  readonly start_time?: string;
  readonly end_time?: string;
}

/** How many differences are shown. */
export const SHOWN = 20;

/**
 * The values that the traces of a group have and others do not.
 * @param id of the group; nothing is asked while it is undefined
 */
export function useDifferences(id: string | undefined, range: TimeBounds) {
  return useQuery({
    queryKey: ['differences', id, range],
    enabled: id !== undefined,
    staleTime: FRESH_MS,
    // Each list is of one group: what is kept while a later time is compared is of the same.
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
