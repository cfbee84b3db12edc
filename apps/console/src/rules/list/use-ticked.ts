import { useMemo } from 'react';
import { useListInAddress } from '../../parts/browser/use-list-in-address';

/** The ids of ticked rules. */
export function useTicked(): readonly [ReadonlySet<string>, (ids: readonly string[]) => void] {
  const [list, setList] = useListInAddress('tick');
  const ticked = useMemo(() => new Set(list), [list]);
  return [ticked, (ids) => setList(ids.length === 0 ? undefined : ids)];
}
