import { useEffect, useState } from 'react';
import type { Diagnostic, Validation } from '#ui/api/types';
import { request } from '../api/request';

/** The pause in typing before the text is checked, in ms. */
const PAUSE_MS = 250;
const NOTHING: readonly Diagnostic[] = [];

/** The problems of a text, from the checker in the browser, after a pause in typing; none of a newer text. */
export function useValidation(proxy: string, text: string): readonly Diagnostic[] {
  const [checked, setChecked] = useState({ text: '', diagnostics: NOTHING });
  useEffect(() => {
    if (text.trim() === '') return undefined;
    let overtaken = false;
    const timer = setTimeout(async () => {
      try {
        const diagnostics = await checkedHere(text).catch(() => checkedByServer(proxy, text));
        if (!overtaken) setChecked({ text, diagnostics });
      } catch {
        // Saving reports errors, including those of the connection.
      }
    }, PAUSE_MS);
    return () => {
      overtaken = true;
      clearTimeout(timer);
    };
  }, [proxy, text]);
  return checked.text === text ? checked.diagnostics : NOTHING;
}

/** The language's checker, loaded on the rule page. */
const checker = () => import('#ui/checker/check-text');

const checkedHere = async (text: string): Promise<readonly Diagnostic[]> => (await checker()).checkText(text);

async function checkedByServer(proxy: string, expression: string): Promise<readonly Diagnostic[]> {
  const { errors, warnings } = await request<Validation>(proxy, 'v1/rules/validate', { method: 'POST', data: { expression } });
  return [...errors, ...warnings];
}

/** The text as `betrace fmt` writes it; undefined while it cannot be read. */
export const formatted = async (text: string): Promise<string | undefined> => (await checker()).formatText(text);
