import { useCallback, useMemo } from 'react';
import { useLocation, useNavigate } from 'react-router';

/** Parameters of the address, and a change of some of them; an empty value removes one. */
export function useSearch(): readonly [URLSearchParams, (changes: Readonly<Record<string, string | undefined>>) => void] {
  const { search } = useLocation();
  const navigate = useNavigate();
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const change = useCallback(
    (changes: Readonly<Record<string, string | undefined>>) => {
      const next = new URLSearchParams(search);
      for (const [name, value] of Object.entries(changes)) {
        if (value === undefined || value === '') next.delete(name);
        else next.set(name, value);
      }
      navigate({ search: next.toString() }, { replace: true });
    },
    [search, navigate],
  );
  return [params, change];
}
