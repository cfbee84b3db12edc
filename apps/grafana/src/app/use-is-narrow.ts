import { useSyncExternalStore } from 'react';

/** The width of a phone, where a table of many columns would hide the last ones. */
const NARROW = '(max-width: 640px)';

function onChange(changed: () => void): () => void {
  const query = matchMedia(NARROW);
  query.addEventListener('change', changed);
  return () => query.removeEventListener('change', changed);
}

/** Whether the window is as narrow as a phone. */
export const useIsNarrow = (): boolean => useSyncExternalStore(onChange, () => matchMedia(NARROW).matches);
