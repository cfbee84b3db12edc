import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { TestResult } from '#ui/api/types';
import { answered, client } from '../../api/client';

/** A text, tried on a stored trace by the engine that judges production. */
export function useTrial(expression: string, traceId: string) {
  return useQuery({
    queryKey: ['trial', expression, traceId],
    enabled: expression !== '',
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<{ readonly expression: string; readonly result: TestResult }> => ({
      expression,
      result: (await answered(client.POST('/v1/rules/test', { body: { expression, trace_id: traceId }, signal }))) as TestResult,
    }),
  });
}
