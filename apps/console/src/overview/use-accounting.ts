import { useQuery } from '@tanstack/react-query';
import { answered, client } from '../api/client';

/** To take the account reads what is on the way from the log: seldom enough to cost nothing. */
const EVERY_MS = 10_000;

/** What became of every span since this process started. */
export function useAccounting() {
  return useQuery({
    queryKey: ['accounting'],
    refetchInterval: EVERY_MS,
    staleTime: 0,
    queryFn: ({ signal }) => answered(client.GET('/v1/accounting', { signal })),
  });
}
