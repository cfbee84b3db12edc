import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from '#ui/api/problem';

const isOurs = (error: unknown): boolean =>
  error instanceof ApiProblem && error.status >= 400 && error.status < 500 && error.status !== 429;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // An invalid request stays invalid; an unreachable or busy server may be back.
      retry: (failures, error) => !isOurs(error) && failures < 2,
      retryDelay: (failures) => 500 * 2 ** failures,
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      networkMode: 'always',
    },
    // The server may be on this machine, which "offline" says nothing about; and a change that waits unnoticed would be made unexpectedly.
    mutations: { networkMode: 'always' },
  },
});
