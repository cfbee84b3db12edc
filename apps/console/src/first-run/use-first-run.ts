import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, client } from '../api/client';
import { fetchReadiness, type Readiness } from '../api/readiness';
import { useRules } from '../api/rule-queries';

const EVERY_MS = 3_000;

/** The newest violation, with the rule that it is of. */
interface Newest {
  readonly id: string;
  readonly rule_name: string;
}

/** How far somebody who begins is: each is undefined while it is not known. */
export interface Begun {
  readonly readiness: Readiness | undefined;
  readonly readinessError: Error | null;
  /** The log has spans. */
  readonly hasSpans: boolean | undefined;
  readonly rulesInForce: number | undefined;
  /** null: none was ever found. */
  readonly newest: Newest | null | undefined;
}

/** Asked again every few seconds until there is a violation, so that the steps go on by themselves. */
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
    // Where a violation is, spans came, though they may be older than the sample.
    hasSpans: newest.data == null ? spans.data : true,
    rulesInForce: rules.data?.rules.filter(({ enabled }) => enabled).length,
    newest: newest.data,
  };
}

/** Does something of the first run, and looks again at how far one is. */
export function useStep(act: () => Promise<void>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: act, onSettled: () => queries.invalidateQueries() });
}
