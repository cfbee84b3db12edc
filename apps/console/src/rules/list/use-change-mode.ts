import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Rule, RuleMode } from '#ui/api/types';
import { answered, client } from '../../api/client';
import { putInList, RULES } from '../../api/rule-queries';
import { useToast } from '../../shell/toasts';
import { modeOf } from '../modes';

interface Change {
  /** As it was before. */
  readonly rule: Rule;
  readonly mode: RuleMode;
  readonly isUndo?: true;
}

/** Changes the mode of a rule at once, with an undo; reverted if the server refuses. */
export function useChangeMode(): (rule: Rule, mode: RuleMode) => void {
  const queries = useQueryClient();
  const say = useToast();
  const change = useMutation({
    mutationFn: ({ rule: { id }, mode }: Change) => answered(client.PATCH('/v1/rules/{id}', { params: { path: { id } }, body: { mode } })),
    onMutate: ({ rule: { id }, mode }) => putInList(queries, new Map([[id, { mode, enabled: mode !== 'off' }]])),
    // Reported here, not at each call: after a second call, or when the list was left, only these callbacks run.
    onSuccess: ({ version }, { rule, mode, isUndo }) => {
      putInList(queries, new Map([[rule.id, { version }]]));
      if (!isUndo) say(`${rule.name} is ${modeOf(mode)?.changed}`, () => change.mutate({ rule, mode: rule.mode, isUndo: true }));
    },
    onError: (error, { rule }) => say(`${rule.name} was not changed: ${error.message}`),
    onSettled: () => queries.invalidateQueries({ queryKey: RULES }),
  });
  return (rule, mode) => change.mutate({ rule, mode });
}
