import { type QueryClient, useQuery } from '@tanstack/react-query';
import { ApiProblem } from '#ui/api/problem';
import type { Rule } from '#ui/api/types';
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

/**
 * Puts what changed into the list, by the ids of the rules. Until the list is read again, it would have the version before the change. The server would
 * refuse the next change (412), as if another person had made the first.
 */
export function putInList(queries: QueryClient, changed: ReadonlyMap<string, Partial<Rule>>): void {
  queries.setQueryData<{ rules: readonly Rule[] }>(RULES, (list) =>
    list === undefined
      ? list
      : { ...list, rules: list.rules.map((rule) => (changed.has(rule.id) ? { ...rule, ...changed.get(rule.id) } : rule)) },
  );
}

/** After a change that was refused because of another version (412): the rule in force is read, and shown at the next attempt. */
export function readIfChanged(queries: QueryClient, id: string, error: Error): void {
  if (error instanceof ApiProblem && error.status === 412) void queries.invalidateQueries({ queryKey: [...RULES, id] });
}
