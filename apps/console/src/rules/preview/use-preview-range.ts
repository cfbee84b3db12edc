import { useAddress } from '../../parts/browser/use-address';

const DEFAULT_RANGE = '24h';
/** In the address an empty part is none. */
const ALL = 'all';

/** How far back a preview goes, as it stands in the address; empty: as far as the log. */
export function usePreviewRange(): readonly [string, (to: string) => void] {
  const { get, put } = useAddress();
  const range = get('range') ?? DEFAULT_RANGE;
  return [range === ALL ? '' : range, (to) => put({ range: to === '' ? ALL : to })];
}
