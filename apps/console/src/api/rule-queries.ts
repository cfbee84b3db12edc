import { useQuery } from '@tanstack/react-query';
import { answered, client } from './client';

export const RULES = ['rules'] as const;

/** All rules, in the order of their ids. */
export function useRules() {
  return useQuery({ queryKey: RULES, queryFn: async ({ signal }) => answered(client.GET('/v1/rules', { signal })) });
}
