import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, client } from '../api/client';
import { fetchReadiness, type Readiness } from '../api/readiness';
import { useRules } from '../api/rule-queries';

const EVERY_MS = 3_000;

/** The newest violation, with its rule. */
interface Newest {
  readonly id: string;
  readonly rule_name: string;
}

/** The progress of the first run; a member is undefined while unknown. */
export interface Begun {
  readonly readiness: Readiness | undefined;
  readonly readinessError: Error | null;
  /** Whether the log has spans. */
  readonly hasSpans: boolean | undefined;
  readonly rulesInForce: number | undefined;
  /** null: there never was one. */
  readonly newest: Newest | null | undefined;
}

/** Polled every few seconds until there is a violation, so that the steps advance by themselves. */
export function useBegun(): Begun {
  const newest = useQuery<Newest | null>({
    queryKey: ['first-run', 'newest'],
    refetchInterval: ({ state }) => (state.data == null ? EVERY_MS : false),
    queryFn: async ({ signal }) => {
      const query = { limit: 1, status: 'all' as const };
      const [found] = (await answered(client.GET('/v1/violations', { params: { query }, signal }))).violations;
      return found === undefined ? null : { id: found.id, rule_name: found.rule_name };
    },
  });
  const spans = useQuery<boolean>({
    queryKey: ['first-run', 'spans'],
    refetchInterval: ({ state }) => (state.data === true ? false : EVERY_MS),
    queryFn: async ({ signal }) =>
      (await answered(client.GET('/v1/attributes', { params: { query: { limit: 1 } }, signal }))).sampled_spans > 0,
  });
  const ready = useQuery({ queryKey: ['ready'], queryFn: fetchReadiness, refetchInterval: 10_000, retry: false });
  const rules = useRules();
  return {
    readiness: ready.data,
    readinessError: ready.error,
    // A violation proves that spans came, though they may be older than the sample.
    hasSpans: newest.data == null ? spans.data : true,
    rulesInForce: rules.data?.rules.filter(({ enabled }) => enabled).length,
    newest: newest.data,
  };
}

/** Does a step of the first run, and updates the progress. */
export function useStep(act: () => Promise<void>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: act, onSettled: () => queries.invalidateQueries() });
}
