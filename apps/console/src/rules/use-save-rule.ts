import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { ApiProblem } from '#ui/api/problem';
import type { Rule } from '#ui/api/types';
import { useHere } from '#ui/browser/use-here';
import { answered, client } from '../api/client';
import { ifVersion, RULES } from '../api/rule-queries';
import { useToast } from '../shell/toasts';
import type { Conflict } from './conflict-dialog';
import { bodyOf, type Draft, keepDraft } from './draft';
import { failingTests } from './failing-dialog';

interface Save {
  readonly draft: Draft;
  readonly version: number | undefined;
  readonly anyway: boolean;
}

/** Why nothing was saved: the failures of test cases. */
export interface FailingTests {
  readonly version: number | undefined;
  readonly tests: readonly string[];
}

/**
 * Creates a rule, or changes the version on which the draft is based. If another person changed it meanwhile, nothing is saved, and `conflict` is the current
 * rule and the base. If another person deleted it, nothing is saved, and the rule is read again: its page sees that it is gone. Its test cases run first: if
 * one fails, nothing is saved, and `failing` lists the failures.
 * @param gone whether the rule of this id was deleted: saving creates it again
 */
export function useSaveRule(id: string | undefined, gone: boolean, onSaved: (rule: Rule) => void) {
  const queries = useQueryClient();
  const say = useToast();
  const [, navigate] = useLocation();
  const here = useHere();
  const [conflict, setConflict] = useState<Conflict>();
  const [failing, setFailing] = useState<FailingTests>();
  const mutation = useMutation({
    mutationFn: async ({ draft, version, anyway }: Save): Promise<Rule | undefined> => {
      const query = anyway ? {} : { run_tests: true };
      const path = { id: id ?? '' };
      try {
        if (id === undefined || gone) {
          const body = { ...bodyOf(draft), ...(id === undefined ? {} : { id }) };
          // A rule that a third person created meanwhile is not overwritten.
          const header = id === undefined ? {} : { 'If-None-Match': '*' };
          return await answered(client.POST('/v1/rules', { params: { query, header }, body }));
        }
        const header = version === undefined ? {} : ifVersion(version);
        return await answered(client.PATCH('/v1/rules/{id}', { params: { path, header, query }, body: bodyOf(draft) }));
      } catch (error) {
        const tests = failingTests(error);
        // A dialog of a page that was left is not visible: the error is shown.
        if (!here()) throw error;
        if (tests !== undefined) {
          setFailing({ version, tests });
          return undefined;
        }
        const status = error instanceof ApiProblem ? error.status : 0;
        const ofRule = [...RULES, path.id];
        // Deleted by another person.
        if (id !== undefined && status === 404) {
          await queries.invalidateQueries({ queryKey: ofRule, exact: true });
          if (isMissing(queries.getQueryState(ofRule)?.error)) return undefined;
        }
        if (status !== 412) throw error;
        const [theirs, base] = await Promise.all([answered(client.GET('/v1/rules/{id}', { params: { path } })), ruleAt(path.id, version)]);
        queries.setQueryData(ofRule, theirs);
        setConflict({ theirs, base: { version, rule: base } });
        return undefined;
      }
    },
    onSuccess: (rule) => {
      if (rule === undefined) return;
      setConflict(undefined);
      setFailing(undefined);
      say(`Saved as version ${rule.version}, in force from the next span on`);
      queries.setQueryData([...RULES, rule.id], rule);
      void queries.invalidateQueries({ queryKey: RULES });
      void queries.invalidateQueries({ queryKey: ['rule-versions', rule.id] });
      keepDraft(id, undefined);
      if (id !== undefined) onSaved(rule);
      // If the user opened another page during the save, that page stays.
      else if (here()) navigate(`/rules/${encodeURIComponent(rule.id)}`, { replace: true });
    },
    onError: (error, { draft }) => {
      if (!here()) say(`${draft.name.trim()} was not saved, and its draft is kept: ${error.message}`);
    },
  });
  return {
    /** @param anyway save even if test cases fail */
    save: (draft: Draft, version: number | undefined, anyway = false) => mutation.mutate({ draft, version, anyway }),
    isPending: mutation.isPending,
    error: mutation.error,
    conflict,
    forgetConflict: () => setConflict(undefined),
    failing,
    forgetFailing: () => setFailing(undefined),
  };
}

/** Whether a rule was not found: it was deleted. */
export const isMissing = (error: unknown): boolean => error instanceof ApiProblem && error.status === 404;

/** A rule at a version; undefined if it cannot be read: then a person decides without it. */
async function ruleAt(id: string, version: number | undefined): Promise<Rule | undefined> {
  if (version === undefined) return undefined;
  const path = { id, version: String(version) };
  return (await answered(client.GET('/v1/rules/{id}/versions/{version}', { params: { path } })).catch(() => undefined))?.rule;
}
