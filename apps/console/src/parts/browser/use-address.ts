import { useMemo } from 'react';
import { useSearchParams } from 'wouter';

export interface Address {
  readonly get: (name: string) => string | undefined;
  /** Undefined takes a part away. It is no entry of the browser's history: Back leads to another page. */
  readonly put: (changes: Readonly<Record<string, string | undefined>>) => void;
}

/** What one sees beside the page itself (an open dialog, ticked values) stands in the address: who opens it sees the same. */
export function useAddress(): Address {
  const [search, setSearch] = useSearchParams();
  return useMemo(
    () => ({
      get: (name) => (search.has(name) ? (partsNow().get(name) ?? undefined) : undefined),
      put: (changes) =>
        setSearch(
          () => {
            const next = partsNow();
            for (const [name, value] of Object.entries(changes)) {
              if (value === undefined || value === '') next.delete(name);
              else next.set(name, value);
            }
            return next;
          },
          { replace: true },
        ),
    }),
    [search, setSearch],
  );
}

/** As the browser has them: the router decodes a percent sign twice. */
const partsNow = (): URLSearchParams => new URLSearchParams(location.search);

/** Which of several things are chosen, by their keys. */
export function useChosenInAddress(
  name: string,
  first: readonly string[],
): readonly [ReadonlySet<string>, (to: ReadonlySet<string>) => void] {
  const { get, put } = useAddress();
  const text = get(name);
  const chosen = useMemo(() => new Set(text === undefined ? first : listOf(text)), [text, first]);
  return [chosen, (to) => put({ [name]: JSON.stringify([...to]) })];
}

function listOf(text: string): readonly string[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
}
