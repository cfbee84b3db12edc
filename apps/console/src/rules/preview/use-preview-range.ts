import { useAddress } from '../../parts/browser/use-address';

const DEFAULT_RANGE = '24h';
/** An empty parameter of the URL counts as absent. */
const ALL = 'all';

/** The range of a preview, from the URL; empty: the whole log. */
export function usePreviewRange(): readonly [string, (to: string) => void] {
  const { get, put } = useAddress();
  const range = get('range') ?? DEFAULT_RANGE;
  return [range === ALL ? '' : range, (to) => put({ range: to === '' ? ALL : to })];
}
