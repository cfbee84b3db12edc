import { useQuery } from '@tanstack/react-query';
import { CircleCheck, SearchX } from 'lucide-react';
import { plural } from '#ui/format/count';
import { span } from '#ui/format/time';
import { useNow } from '#ui/format/use-now';
import { EmptyState } from '#ui/parts/empty-state';
import { answered, client } from '../api/client';
import { useRules } from '../api/rule-queries';
import { FirstRun } from '../first-run/first-run';
import type { FilterName, ViolationFilters } from './filters/use-violation-filters';

const CLEARABLE: readonly (readonly [FilterName, string])[] = [
  ['q', 'search'],
  ['rule_id', 'Rule ID'],
  ['severity', 'Severity'],
  ['service', 'Service'],
  ['trace_id', 'Trace'],
  ['group_id', 'Group'],
];

/** Why the list is empty: no rule in force, filters, the time, or nothing was ever found. It distinguishes "nothing found" from "nothing judged". */
export function NoViolations({ view: { filters, set }, onSent }: { readonly view: ViolationFilters; readonly onSent: () => void }) {
  const now = useNow();
  const newest = useNewest();
  const rules = useRules();
  const inForce = rules.data?.rules.filter(({ enabled }) => enabled).length;
  const judged =
    inForce === undefined
      ? ''
      : inForce === 0
        ? 'No rule is in force, so nothing is looked for.'
        : `${plural(inForce, 'rule is', 'rules are')} in force.`;
  const active = CLEARABLE.filter(([name]) => filters[name] !== null);
  if (active.length > 0) {
    return (
      <EmptyState
        icon={SearchX}
        title="Nothing matches these filters"
        actions={
          <>
            {active.map(([name, text]) => (
              <button key={name} type="button" className="btn" onClick={() => set({ [name]: null })}>
                Clear {text}
              </button>
            ))}
            <button type="button" className="btn primary" onClick={() => set(Object.fromEntries(CLEARABLE.map(([name]) => [name, null])))}>
              Clear all
            </button>
          </>
        }
      />
    );
  }
  if (newest === undefined) {
    return (
      <EmptyState
        icon={CircleCheck}
        title={filters.status === null ? 'No violation was found yet' : 'No violation has this status'}
        {...(filters.status === null && inForce !== undefined ? { actions: <FirstRun hasRules={inForce > 0} onSent={onSent} /> } : {})}
      >
        {judged}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={CircleCheck}
      title="No violations in this time range"
      actions={
        <button type="button" className="btn primary" onClick={() => set({ start_time: '0', end_time: null })}>
          Show any time
        </button>
      }
    >
      {judged} The newest violation is {span(now - newest)} old.
    </EmptyState>
  );
}

/** When the newest violation of any time and kind was, in Unix milliseconds. */
function useNewest(): number | undefined {
  const { data } = useQuery({
    queryKey: ['newest-violation'],
    queryFn: async ({ signal }) => {
      const query = { limit: 1, status: 'all' as const };
      return (await answered(client.GET('/v1/violations', { params: { query }, signal }))).violations[0]?.timestamp ?? null;
    },
  });
  return typeof data === 'number' ? data * 1_000 : undefined;
}
