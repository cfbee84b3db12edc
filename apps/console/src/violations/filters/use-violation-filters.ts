import { useMemo } from 'react';
import { useAddress } from '../../parts/browser/use-address';

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

/** Other filters show another list: the selection, expanded rows and dialogs of the former one end. */
const END_OF_THE_LIST = Object.fromEntries(OF_THE_LIST.map((name) => [name, undefined]));

export function useViolationFilters(): ViolationFilters {
  const { get, put } = useAddress();
  return useMemo(() => {
    const filters = Object.fromEntries(NAMES.map((name) => [name, get(name) ?? null])) as Filters;
    const limit = LIMITS.find((each) => String(each) === filters.limit) ?? LIMITS[0];
    const set: ViolationFilters['set'] = (change, { replace } = { replace: false }) =>
      put(
        { ...END_OF_THE_LIST, ...Object.fromEntries(Object.entries(change).map(([name, value]) => [name, value ?? undefined])) },
        { entry: !replace },
      );
    return { filters, limit, set };
  }, [get, put]);
}
