import { useMemo } from 'react';
import { useListInAddress } from '../../parts/browser/use-list-in-address';

/**
 * The keys of ticked facts.
 * @param first what is ticked before a choice
 */
export function useChosenFacts(first: readonly string[]): readonly [ReadonlySet<string>, (to: ReadonlySet<string>) => void] {
  const [list = first, setList] = useListInAddress('tick');
  const chosen = useMemo(() => new Set(list), [list]);
  return [chosen, (to) => setList([...to])];
}
