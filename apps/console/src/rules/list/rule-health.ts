import { useQuery } from '@tanstack/react-query';
import type { Rule, RuleHealth } from '#ui/api/types';
import { answered, client } from '../../api/client';
import { RULES } from '../../api/rule-queries';

const EVERY_MS = 30_000;

/** How each rule fared in the last 24 hours, by its id. */
export function useRuleHealth() {
  return useQuery({
    queryKey: [...RULES, 'health'],
    refetchInterval: EVERY_MS,
    queryFn: async ({ signal }) => {
      const { rules } = await answered(client.GET('/v1/rules', { params: { query: { health: true } }, signal }));
      return new Map(rules.flatMap(({ id, health }) => (health === undefined ? [] : [[id, health] as const])));
    },
  });
}

export type HealthById = ReadonlyMap<string, RuleHealth>;

/** Filters of a list of rules, by their value in the URL. */
export const HEALTHS = [
  { value: 'failing', text: 'failing', is: (health: RuleHealth) => health.evaluation_errors > 0 },
  { value: 'undecided', text: 'undecided', is: (health: RuleHealth) => health.undecided > 0 },
  { value: 'never', text: 'never matched', is: (health: RuleHealth) => health.never_matched },
] as const;

/** The API reports processor time in milliseconds: below this many seconds, rounding would dominate an average. */
const MIN_SECONDS = 0.01;

/** Processor time of one evaluation in nanoseconds; undefined with too few data. */
export const costOf = (health: RuleHealth | undefined): number | undefined =>
  health === undefined || health.evaluations === 0 || health.evaluation_seconds < MIN_SECONDS
    ? undefined
    : (health.evaluation_seconds / health.evaluations) * 1e9;

type Order = (a: RuleHealth | undefined, b: RuleHealth | undefined) => number;
const byMatches: Order = (a, b) => (b?.violations ?? 0) - (a?.violations ?? 0);

export const SORTS: readonly { readonly value: string; readonly text: string; readonly order: Order }[] = [
  {
    value: 'attention',
    text: 'needs attention',
    order: (a, b) =>
      Number((b?.evaluation_errors ?? 0) > 0) - Number((a?.evaluation_errors ?? 0) > 0) ||
      Number((b?.undecided ?? 0) > 0) - Number((a?.undecided ?? 0) > 0) ||
      byMatches(a, b),
  },
  { value: 'matches', text: 'violations', order: byMatches },
  { value: 'cost', text: 'cost', order: (a, b) => (costOf(b) ?? 0) - (costOf(a) ?? 0) },
  { value: 'last', text: 'last match', order: (a, b) => (b?.last_match_at ?? '').localeCompare(a?.last_match_at ?? '') },
];

/** The rules of a health, in an order; by default in that of their ids. */
export function byHealth(rules: readonly Rule[], health: HealthById | undefined, wanted: string, sort: string): readonly Rule[] {
  const is = HEALTHS.find(({ value }) => value === wanted)?.is;
  const order = SORTS.find(({ value }) => value === sort)?.order;
  const of = (rule: Rule): RuleHealth | undefined => health?.get(rule.id);
  const kept = is === undefined ? rules : rules.filter((rule) => of(rule) !== undefined && is(of(rule) as RuleHealth));
  return order === undefined ? kept : [...kept].sort((a, b) => order(of(a), of(b)));
}
