import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answered, client } from '../api/client';
import { useAddress } from '../parts/browser/use-address';
import type { RuleMatches } from '../rules/list/rule-matches';
import { TIME_RANGES, timeRange } from '../violations/filters/time-range';

const EVERY_MS = 30_000;
export const DEFAULT_START = '-24h';
const LOUDEST = 5;

/** Without any time: sixty buckets over all of it would be one. */
export const FOUND_RANGES = TIME_RANGES.filter(({ ms }) => ms !== undefined);

/** The time that the figures of what was found cover, as it is in the address. */
export function useFoundRange(): readonly [string, (start: string) => void] {
  const { get, put } = useAddress();
  const asked = get('start_time');
  const known = FOUND_RANGES.find(({ start }) => start === asked);
  return [known?.start ?? DEFAULT_START, (start) => put({ start_time: start === DEFAULT_START ? undefined : start })];
}

/** `-24h` in words: `24 h`. */
export const wordsOfRange = (start: string): string => start.replace(/^-(\d+)/, '$1 ');

/** How many violations there were in a time that ends now, by status, and of the rules with most of them. */
export function useFound(start: string) {
  return useQuery({
    queryKey: ['found', start],
    refetchInterval: EVERY_MS,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const time = timeRange(start, null, Date.now());
      const counted = async (more: { readonly group_by: 'status' | 'rule_id'; readonly groups?: number }) =>
        (await answered(client.GET('/v1/violations/stats', { params: { query: { ...time, ...more } }, signal }))).groups ?? [];
      const [statuses, rules] = await Promise.all([counted({ group_by: 'status' }), counted({ group_by: 'rule_id', groups: LOUDEST })]);
      const of = (status: string): number => statuses.find(({ key }) => key === status)?.total ?? 0;
      return {
        start,
        violations: of('open'),
        undecided: of('undecided'),
        byRule: new Map<string, RuleMatches>(rules.map((group) => [group.key, group])),
      };
    },
  });
}

export type Found = NonNullable<ReturnType<typeof useFound>['data']>;
