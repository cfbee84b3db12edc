import { useQuery } from '@tanstack/react-query';
import { answered, client } from '../../api/client';

export interface RuleMatches {
  readonly total: number;
  readonly counts: readonly number[];
}

/** `complete`: a rule that is not there was not violated. */
export interface MatchesByRule {
  readonly complete: boolean;
  readonly byRule: ReadonlyMap<string, RuleMatches>;
}

/** How often each rule was violated in the last 24 hours, by its id, and over time. */
export function useRuleMatches() {
  return useQuery({
    queryKey: ['rule-matches'],
    staleTime: 60_000,
    queryFn: async ({ signal }): Promise<MatchesByRule> => {
      const query = { group_by: 'rule_id' as const, interval: '1h', groups: 100 };
      const { groups = [], others } = await answered(client.GET('/v1/violations/stats', { params: { query }, signal }));
      return { complete: others === undefined, byRule: new Map<string, RuleMatches>(groups.map((group) => [group.key, group])) };
    },
  });
}

/** The same of one rule: for those that are not among the ones with most violations. */
export function useMatchesOf(id: string): RuleMatches | undefined {
  const { data } = useQuery({
    queryKey: ['rule-matches', id],
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const query = { rule_id: id, interval: '1h' };
      const { total, counts } = await answered(client.GET('/v1/violations/stats', { params: { query }, signal }));
      return { total, counts };
    },
  });
  return data;
}
