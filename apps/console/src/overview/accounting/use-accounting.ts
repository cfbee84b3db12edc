import { useQuery } from '@tanstack/react-query';
import { answered, client } from '../../api/client';

/** Taking the account reads pending records from the log, so it is done rarely. */
const EVERY_MS = 10_000;

/** The account of all spans since this process started. */
export function useAccounting() {
  return useQuery({
    queryKey: ['accounting'],
    refetchInterval: EVERY_MS,
    staleTime: 0,
    queryFn: ({ signal }) => answered(client.GET('/v1/accounting', { signal })),
  });
}
