import { useQuery } from '@tanstack/react-query';
import { ApiProblem } from '#ui/api/problem';
import { answered, client } from '../api/client';

const byId = (id: string) => ({ path: { id } });

export function useViolation(id: string) {
  return useQuery({
    queryKey: ['violation', id],
    queryFn: ({ signal }) => answered(client.GET('/v1/violations/{id}', { params: byId(id), signal })),
  });
}

/** The validity of the signatures, checked on demand. */
export function useVerification(id: string) {
  return useQuery({
    queryKey: ['verification', id],
    queryFn: ({ signal }) => answered(client.POST('/v1/violations/{id}/verify', { params: byId(id), signal })),
  });
}

export function useTrace(id: string) {
  return useQuery({
    queryKey: ['trace', id],
    queryFn: ({ signal }) => answered(client.GET('/v1/violations/{id}/trace', { params: byId(id), signal })),
  });
}

/** The explanation with every counted span, evaluated again on the trace; null if the spans or the rule's version no longer exist. */
export function useWholeExplanation(id: string) {
  return useQuery({
    queryKey: ['explanation', id],
    queryFn: async ({ signal }) => {
      try {
        return await answered(client.GET('/v1/violations/{id}/explanation', { params: byId(id), signal }));
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 404) return null;
        throw error;
      }
    },
  });
}

export function useRevisions(id: string) {
  return useQuery({
    queryKey: ['revisions', id],
    queryFn: ({ signal }) => answered(client.GET('/v1/violations/{id}/revisions', { params: byId(id), signal })),
  });
}

/** The versions of a violation's rule, newest first: the text that was violated, and whether it changed since. */
export function useRuleVersions(ruleId: string | undefined) {
  return useQuery({
    queryKey: ['rule-versions', ruleId],
    enabled: ruleId !== undefined,
    queryFn: async ({ signal }) => {
      try {
        return await answered(client.GET('/v1/rules/{id}/versions', { params: { path: { id: ruleId ?? '' } }, signal }));
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 404) return null;
        throw error;
      }
    },
  });
}
