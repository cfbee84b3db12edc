import { useQuery } from '@tanstack/react-query';
import { answered, client } from './client';

export const RULES = ['rules'] as const;

/** All rules, in the order of their ids. */
export function useRules() {
  return useQuery({ queryKey: RULES, queryFn: async ({ signal }) => answered(client.GET('/v1/rules', { signal })) });
}

/** One rule with its warnings, and what evaluators met in it. */
export function useRule(id: string | undefined) {
  return useQuery({
    queryKey: [...RULES, id],
    enabled: id !== undefined,
    queryFn: ({ signal }) => answered(client.GET('/v1/rules/{id}', { params: { path: { id: id ?? '' } }, signal })),
  });
}

/** The header by which a change is refused (412) when somebody else made one meanwhile. */
export const ifVersion = (version: number) => ({ 'If-Match': `"${version}"` });
