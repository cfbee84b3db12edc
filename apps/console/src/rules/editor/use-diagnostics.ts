import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Diagnostic } from '#ui/api/types';
import { answered, client } from '../../api/client';
import { checker } from './checker';

/** The pause in typing before the text is checked, in ms. */
const PAUSE_MS = 80;

export interface Diagnosed {
  /** The checked text; that of the editor may be newer. */
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** The problems of a text. The checker runs in the browser; the server checks only if it cannot be loaded. */
export function useDiagnostics(text: string) {
  const settled = useSettled(text, PAUSE_MS);
  return useQuery({
    queryKey: ['diagnostics', settled],
    enabled: settled.trim() !== '',
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
    networkMode: 'always',
    placeholderData: keepPreviousData,
    queryFn: async (): Promise<Diagnosed> => ({
      text: settled,
      diagnostics: await checker.ask('check', settled).catch(() => checkedByServer(settled)),
    }),
  });
}

async function checkedByServer(expression: string): Promise<readonly Diagnostic[]> {
  const { errors, warnings } = await answered(client.POST('/v1/rules/validate', { body: { expression } }));
  return [...errors, ...warnings];
}

/** A value that has not changed for a while. */
export function useSettled<T>(value: T, milliseconds: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}
