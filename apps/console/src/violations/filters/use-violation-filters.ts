import { useMemo } from 'react';
import { useSearchParams } from 'wouter';

/** The filters by the names of the API, as they stand in the address; and how they are looked at: `view=groups`, and of groups which `inbox`, of the flat list whether `live=1`. */
const NAMES = [
  'rule_id',
  'severity',
  'service',
  'status',
  'trace_id',
  'group_id',
  'q',
  'start_time',
  'end_time',
  'limit',
  'view',
  'inbox',
  'live',
] as const;
const OF_THE_LIST = ['row', 'open', 'dialog', 'tick', 'range'];
export type FilterName = (typeof NAMES)[number];
export type Filters = Readonly<Record<FilterName, string | null>>;

export const LIMITS = [50, 100, 500, 1_000] as const;

export interface ViolationFilters {
  readonly filters: Filters;
  readonly limit: number;
  /** Null removes a filter. Each change is an entry in the browser's history, but not each letter of a search. */
  readonly set: (change: Partial<Filters>, options?: { readonly replace: boolean }) => void;
}

export function useViolationFilters(): ViolationFilters {
  const [search, setSearch] = useSearchParams();
  return useMemo(() => {
    const filters = Object.fromEntries(NAMES.map((name) => [name, search.get(name)])) as Filters;
    const limit = LIMITS.find((each) => String(each) === filters.limit) ?? LIMITS[0];
    const set: ViolationFilters['set'] = (change, options) =>
      setSearch(() => {
        const next = new URLSearchParams(location.search);
        // Other filters, another list: what was selected, unfolded and asked in the one before is over.
        for (const name of OF_THE_LIST) next.delete(name);
        for (const [name, value] of Object.entries(change)) {
          if (value === null || value === '') next.delete(name);
          else next.set(name, value);
        }
        return next;
      }, options);
    return { filters, limit, set };
  }, [search, setSearch]);
}
