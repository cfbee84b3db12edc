import { useEffect, useMemo, useRef, useState } from 'react';
import { useSearchParams } from 'wouter';
import { afterPause } from './after-pause';

export interface Address {
  readonly get: (name: string) => string | undefined;
  /** Undefined removes a parameter. The browser's history gets no entry: Back leads to another page. */
  readonly put: (changes: Readonly<Record<string, string | undefined>>) => void;
}

/** State of the view in the URL (an open dialog, an expanded group, checked values), so that a copied link shows the same. */
export function useAddress(): Address {
  const [search, setSearch] = useSearchParams();
  return useMemo(
    () => ({
      get: (name) => search.get(name) ?? undefined,
      put: (changes) =>
        setSearch(
          () => {
            // Read from the browser: two parts of a page may change the URL before the next render.
            const next = new URLSearchParams(location.search);
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

/** Browsers allow two hundred URL changes in half a minute; a key that is held down makes more. */
const SETTLED_MS = 300;

/**
 * State that changes fast, and is written to the address when it stops changing. Where the address changes by itself (Back, a link), it follows.
 * @param of what the state belongs to, such as the list of a row: of another one, what is not written yet is dropped
 */
export function useSettlingAddress(name: string, of = ''): readonly [string | undefined, (value: string | undefined) => void] {
  const { get, put } = useAddress();
  const inAddress = get(name);
  const [{ value, since, belongs }, setState] = useState({ value: inAddress, since: inAddress, belongs: of });
  if (since !== inAddress || belongs !== of) setState({ value: inAddress, since: inAddress, belongs: of });
  const latest = useRef({ inAddress, put });
  latest.current = { inAddress, put };
  useEffect(() => {
    if (latest.current.inAddress === value) return undefined;
    return afterPause(SETTLED_MS, () => latest.current.put({ [name]: value }));
  }, [name, value]);
  return [value, (next) => setState((before) => ({ ...before, value: next }))];
}

/** The selected items, by their keys. */
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
