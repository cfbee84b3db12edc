import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answered, client } from '../api/client';
import { useSettled } from './editor/use-diagnostics';

/** The pause in typing before a request, in ms. */
const PAUSE_MS = 500;

/**
 * How the server would judge a text, and the cost: it compiles the text, which a page may not do.
 * @param isValid the checker finds no error in this very text
 */
export function useDescription(text: string, isValid: boolean) {
  const settled = useSettled(text, PAUSE_MS);
  const { data } = useQuery({
    queryKey: ['description', settled],
    enabled: settled.trim() !== '' && isValid && settled === text,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => answered(client.POST('/v1/rules/validate', { body: { expression: settled }, signal })),
  });
  return data;
}
