import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { answered, client } from '../../api/client';
import type { Validation } from '../../api/types';

/** How long one must not type before the text is checked, in ms. */
const PAUSE_MS = 250;

export interface Checked {
  /** The text that was checked: that of the editor may be newer. */
  readonly text: string;
  readonly result: Validation;
}

/** What the server's checker says about a text, a moment after it was written. */
export function useValidation(text: string) {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return useQuery({
    queryKey: ['validation', settled],
    enabled: settled.trim() !== '',
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<Checked> => ({
      text: settled,
      result: await answered(client.POST('/v1/rules/validate', { body: { expression: settled }, signal })),
    }),
  });
}
