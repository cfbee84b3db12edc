import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, client } from '../api/client';
import { useToast } from '../shell/toasts';

const MARKS = ['violation-marks'] as const;

/** The notes and acknowledgements of a violation, newest first. */
export function useViolationMarks(id: string) {
  return useQuery({
    queryKey: [...MARKS, id],
    queryFn: async ({ signal }) =>
      (await answered(client.GET('/v1/violations/{id}/marks', { params: { path: { id }, query: { limit: 20 } }, signal }))).marks,
  });
}

/** Adds a note to a violation; rejects with the reason of a refusal. */
export function useNoteAt(id: string): (note: string) => Promise<unknown> {
  const queries = useQueryClient();
  const say = useToast();
  const { mutateAsync } = useMutation({
    mutationFn: (note: string) =>
      answered(client.POST('/v1/violations/{id}/marks', { params: { path: { id } }, body: { kind: 'note', note } })),
    onSuccess: () => say('Noted at this violation'),
    onSettled: () => void queries.invalidateQueries({ queryKey: MARKS }),
  });
  return mutateAsync;
}
