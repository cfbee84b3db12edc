import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, client } from '../../api/client';
import { RULES } from '../../api/rule-queries';
import type { Rule, RuleMode } from '../../api/types';
import { useToast } from '../../shell/toasts';
import { modeOf } from '../modes';

/** Changes the mode of a rule at once, with an undo; reverted if the server refuses. */
export function useChangeMode(): (rule: Rule, mode: RuleMode) => void {
  const queries = useQueryClient();
  const say = useToast();
  const change = useMutation({
    mutationFn: ({ id, mode }: { readonly id: string; readonly mode: RuleMode }) =>
      answered(client.PATCH('/v1/rules/{id}', { params: { path: { id } }, body: { mode } })),
    onMutate: ({ id, mode }) =>
      queries.setQueryData<{ rules: readonly Rule[] }>(RULES, (list) =>
        list === undefined
          ? list
          : { ...list, rules: list.rules.map((rule) => (rule.id === id ? { ...rule, mode, enabled: mode !== 'off' } : rule)) },
      ),
    onError: (error) => say(`The rule was not changed: ${error.message}`),
    onSettled: () => queries.invalidateQueries({ queryKey: RULES }),
  });
  return (rule, mode) => {
    const before = rule.mode;
    change.mutate(
      { id: rule.id, mode },
      { onSuccess: () => say(`${rule.name} is ${modeOf(mode)?.changed}`, () => change.mutate({ id: rule.id, mode: before })) },
    );
  };
}
