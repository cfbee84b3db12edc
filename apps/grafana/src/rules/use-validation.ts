import { useEffect, useState } from 'react';
import { request } from '../api/request';
import type { Diagnostic, Validation } from '../api/types';

/** How long one must not type before the text is checked, in ms. */
const PAUSE_MS = 250;
const NOTHING: readonly Diagnostic[] = [];

/** What the server's checker says about a text, a moment after it was written; nothing about a text that is newer. */
export function useValidation(proxy: string, text: string): readonly Diagnostic[] {
  const [checked, setChecked] = useState({ text: '', diagnostics: NOTHING });
  useEffect(() => {
    if (text.trim() === '') return undefined;
    let overtaken = false;
    const timer = setTimeout(async () => {
      try {
        const { errors, warnings } = await request<Validation>(proxy, 'v1/rules/validate', { method: 'POST', data: { expression: text } });
        if (!overtaken) setChecked({ text, diagnostics: [...errors, ...warnings] });
      } catch {
        // Saving says what is wrong, also with the connection.
      }
    }, PAUSE_MS);
    return () => {
      overtaken = true;
      clearTimeout(timer);
    };
  }, [proxy, text]);
  return checked.text === text ? checked.diagnostics : NOTHING;
}
