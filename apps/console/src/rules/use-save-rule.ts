import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { answered, client } from '../api/client';
import { ApiProblem } from '../api/problem';
import { ifVersion, RULES } from '../api/rule-queries';
import type { Rule } from '../api/types';
import { useToast } from '../shell/toasts';
import { bodyOf, type Draft, keepDraft } from './draft';

/**
 * Creates a rule, or changes the version that the draft was made of. Where somebody else changed it meanwhile, nothing is saved, and
 * `conflict` is the rule as it is now.
 */
export function useSaveRule(id: string | undefined, onSaved: (rule: Rule) => void) {
  const queries = useQueryClient();
  const say = useToast();
  const [, navigate] = useLocation();
  const [conflict, setConflict] = useState<Rule>();
  const mutation = useMutation({
    mutationFn: async ({ draft, version }: { readonly draft: Draft; readonly version: number | undefined }): Promise<Rule | undefined> => {
      if (id === undefined) return answered(client.POST('/v1/rules', { body: bodyOf(draft) }));
      const path = { id };
      try {
        const header = version === undefined ? {} : ifVersion(version);
        // Changes only the shown members: those that the form does not have (message, on_error) stay.
        return await answered(client.PATCH('/v1/rules/{id}', { params: { path, header }, body: bodyOf(draft) }));
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.status !== 412) throw error;
        setConflict(await answered(client.GET('/v1/rules/{id}', { params: { path } })));
        return undefined;
      }
    },
    onSuccess: (rule) => {
      if (rule === undefined) return;
      setConflict(undefined);
      say(`Saved as version ${rule.version}, in force from the next span on`);
      queries.setQueryData([...RULES, rule.id], rule);
      void queries.invalidateQueries({ queryKey: RULES });
      void queries.invalidateQueries({ queryKey: ['rule-versions', rule.id] });
      keepDraft(id, undefined);
      if (id === undefined) navigate(`/rules/${encodeURIComponent(rule.id)}`, { replace: true });
      else onSaved(rule);
    },
  });
  return {
    save: (draft: Draft, version: number | undefined) => mutation.mutate({ draft, version }),
    isPending: mutation.isPending,
    error: mutation.error,
    conflict,
    forgetConflict: () => setConflict(undefined),
  };
}
