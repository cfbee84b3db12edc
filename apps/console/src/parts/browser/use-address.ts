import { useEffect, useMemo, useRef, useState } from 'react';
import { useSearchParams } from 'wouter';
import { afterPause } from './after-pause';

export interface Address {
  readonly get: (name: string) => string | undefined;
  /** Undefined takes a part away. It is no entry of the browser's history: Back leads to another page. */
  readonly put: (changes: Readonly<Record<string, string | undefined>>) => void;
}

/** What one sees beside the page itself (an open dialog, an unfolded group, ticked values) stands in the address: who opens it sees the same. */
export function useAddress(): Address {
  const [search, setSearch] = useSearchParams();
  return useMemo(
    () => ({
      get: (name) => search.get(name) ?? undefined,
      put: (changes) =>
        setSearch(
          () => {
            // As the browser has them: two parts of a page may change the address before it is drawn again.
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

/** A browser takes two hundred changes of the address in half a minute: a key that is held down makes more. */
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
