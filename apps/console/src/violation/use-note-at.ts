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

/** Adds a note to a violation; a refusal is shown with its reason. */
export function useNoteAt(id: string): (note: string) => void {
  const queries = useQueryClient();
  const say = useToast();
  const { mutate } = useMutation({
    mutationFn: (note: string) =>
      answered(client.POST('/v1/violations/{id}/marks', { params: { path: { id } }, body: { kind: 'note', note } })),
    onSuccess: () => say('Noted at this violation'),
    onError: (error) => say(`Nothing was noted: ${error.message}`),
    onSettled: () => queries.invalidateQueries({ queryKey: MARKS }),
  });
  return mutate;
}
