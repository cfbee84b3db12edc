import { useMemo } from 'react';
import { useSearchParams } from 'wouter';

/** The filters in the URL, by the API's names, and the view: `view=groups` with its `inbox`, or the flat list, with `live=1` or not. */
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
  /** Null removes a filter. Each change is an entry in the browser's history; the letters of a search share one. */
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
        // Other filters show another list: the selection, expanded rows and dialogs of the former one end.
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
