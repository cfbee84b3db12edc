import type { Violation, ViolationList, ViolationStats } from '#ui/api/types';

type Stats = ViolationStats;
type Group = NonNullable<Stats['groups']>[number];

const isAtLeast = ({ total_is }: { readonly total_is?: string }): boolean => total_is === 'at_least';

/** One list of several that have no violation in common, newest first. */
export function mergedLists(lists: readonly ViolationList[], limit: number): ViolationList {
  const [first, ...others] = lists;
  if (first === undefined) throw new Error('no list to merge');
  if (others.length === 0) return first;
  const violations = lists
    .flatMap((list): readonly Violation[] => list.violations)
    .sort((a, b) => b.timestamp_ms - a.timestamp_ms)
    .slice(0, limit);
  return {
    ...first,
    violations,
    total: lists.reduce((sum, { total }) => sum + total, 0),
    ...(lists.some(isAtLeast) ? { total_is: 'at_least' as const } : {}),
  };
}

type Counts = Pick<Stats, 'total' | 'counts'>;

const sumOf = (one: Counts, other: Counts): Counts => ({
  total: one.total + other.total,
  counts: one.counts.map((count, at) => count + (other.counts[at] ?? 0)),
});

/** One count of several that have no violation in common, over the same buckets. */
export function mergedStats(all: readonly Stats[]): Stats {
  const [first, ...others] = all;
  if (first === undefined) throw new Error('no counts to merge');
  return others.reduce(mergedTwo, first);
}

function mergedTwo(one: Stats, other: Stats): Stats {
  const groups = new Map((one.groups ?? []).map((group): [string, Group] => [group.key, group]));
  for (const group of other.groups ?? []) {
    const known = groups.get(group.key);
    groups.set(group.key, known === undefined ? group : { ...known, ...sumOf(known, group) });
  }
  const others =
    one.others === undefined || other.others === undefined
      ? (one.others ?? other.others)
      : { groups: one.others.groups + other.others.groups, ...sumOf(one.others, other.others) };
  return {
    ...one,
    ...sumOf(one, other),
    ...(one.groups === undefined ? {} : { groups: [...groups.values()].sort((a, b) => b.total - a.total) }),
    ...(others === undefined ? {} : { others }),
  };
}
