import { useEffect, useMemo, useRef, useState } from 'react';
import { useSearchParams } from 'wouter';
import { addressChange, changeParameters, useAddressChange } from './address-change';
import { afterPause } from './after-pause';

export interface Address {
  readonly get: (name: string) => string | undefined;
  /** Changes these parameters alone; undefined removes one. With `entry`, Back undoes it; without, Back leads to another page. */
  readonly put: (changes: Readonly<Record<string, string | undefined>>, options?: { readonly entry: boolean }) => void;
  /** Removes all parameters. */
  readonly clear: () => void;
}

/** State of the view in the URL (an open dialog, an expanded group, checked values), so that a copied link shows the same. */
export function useAddress(): Address {
  const [search, setSearch] = useSearchParams();
  return useMemo(
    () => ({
      get: (name) => search.get(name) ?? undefined,
      put: (changes, { entry } = { entry: false }) => {
        // Read from the browser: two parts of a page may change the URL before the next render.
        const next = new URLSearchParams(location.search);
        for (const [name, value] of Object.entries(changes)) {
          if (value === undefined || value === '') next.delete(name);
          else next.set(name, value);
        }
        changeParameters(Object.keys(changes), () => setSearch(next, { replace: !entry }));
      },
      clear: () => setSearch(new URLSearchParams()),
    }),
    [search, setSearch],
  );
}

/** Browsers allow two hundred URL changes in half a minute; a key that is held down makes more. */
const SETTLED_MS = 300;
/** Proxies take request lines of 8 KiB, and a link has filters, too. */
const MAX_LENGTH = 4_000;

/**
 * State that changes fast, and is written to the address when it stops changing. A value that is too long for a link stays in this page. If the address changes otherwise (Back, a link), the state follows.
 * @param of the owner of the state, such as the list of a row: if it changes, a pending write is dropped
 */
export function useSettlingAddress(name: string, of = ''): readonly [string | undefined, (value: string | undefined) => void] {
  const { get, put } = useAddress();
  const inAddress = get(name);
  const change = useAddressChange(name);
  const [{ value, since, belongs }, setState] = useState({ value: inAddress, since: change, belongs: of });
  if (since !== change || belongs !== of) setState({ value: inAddress, since: change, belongs: of });
  const latest = useRef({ inAddress, put });
  latest.current = { inAddress, put };
  useEffect(() => {
    const written = value !== undefined && fits(value) ? value : undefined;
    if (latest.current.inAddress === written) return undefined;
    return afterPause(SETTLED_MS, () => {
      latest.current.put({ [name]: written });
      setState((before) => ({ ...before, since: addressChange(name) }));
    });
  }, [name, value]);
  return [value, (next) => setState((before) => ({ ...before, value: next }))];
}

const fits = (value: string): boolean => value.length <= MAX_LENGTH && encodeURIComponent(value).length <= MAX_LENGTH;
