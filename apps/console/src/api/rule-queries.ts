import { useQuery } from '@tanstack/react-query';
import { answered, client } from './client';

export const RULES = ['rules'] as const;

/** All rules, ordered by id. */
export function useRules() {
  return useQuery({ queryKey: RULES, queryFn: async ({ signal }) => answered(client.GET('/v1/rules', { signal })) });
}

/** One rule with its warnings and its errors in the evaluators. */
export function useRule(id: string | undefined) {
  return useQuery({
    queryKey: [...RULES, id],
    enabled: id !== undefined,
    queryFn: ({ signal }) => answered(client.GET('/v1/rules/{id}', { params: { path: { id: id ?? '' } }, signal })),
  });
}

/** Makes the server refuse a change (412) if another person has changed the rule meanwhile. */
export const ifVersion = (version: number) => ({ 'If-Match': `"${version}"` });
