import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ApiProblem } from '#ui/api/problem';
import type { Preview, PreviewBody } from '#ui/api/types';
import { answered, client } from '../../api/client';

/** The interval of polling a job, in ms. */
const EVERY_MS = 400;

const isOver = (job: Preview | undefined): boolean => job !== undefined && job.state !== 'queued' && job.state !== 'running';

const forget = (id: string): void => {
  // A deleted job, or one of an unreachable server, needs nothing more.
  void client.DELETE('/v1/previews/{id}', { params: { path: { id } } }).catch(() => undefined);
};

/** Where the id of a job stays while its page is open, such as the address. */
interface Kept {
  readonly id: string | undefined;
  readonly keep: (id: string | undefined) => void;
}

/**
 * Previews a rule, one job at a time: a new job or leaving the page ends the former one.
 * @param kept the id of a job that began before a reload, or on another machine, is shown; the server keeps it for an hour
 */
export function usePreview(kept?: Kept) {
  const [job, setJob] = useState<Preview>();
  const [asked, setAsked] = useState<PreviewBody>();
  const [cancelled, setCancelled] = useState(false);
  /** The current run: an earlier one may still start an unneeded job. */
  const run = useRef(0);
  const running = useRef<string>(undefined);
  const begin = useMutation({
    mutationFn: async ({ body, at }: { readonly body: PreviewBody; readonly at: number }) => {
      const begun = await answered(client.POST('/v1/rules/preview', { body }));
      if (at !== run.current) forget(begun.id);
      return begun;
    },
    onSuccess: (begun, { at }) => {
      if (at !== run.current) return;
      running.current = begun.id;
      setJob(begun);
      kept?.keep(begun.id);
    },
  });
  // While another one is requested, the address has the one before.
  const id = job?.id ?? (asked === undefined ? kept?.id : undefined);
  const progress = useQuery<Preview>({
    queryKey: ['preview', id],
    enabled: id !== undefined && !isOver(job),
    staleTime: 0,
    gcTime: 0,
    refetchInterval: ({ state }) => (isOver(state.data) || state.error !== null ? false : EVERY_MS),
    queryFn: ({ signal }) => answered(client.GET('/v1/previews/{id}', { params: { path: { id: id ?? '' } }, signal })),
  });
  const now: Preview | undefined = progress.data ?? job;
  useEffect(() => {
    if (isOver(now)) running.current = undefined;
  }, [now]);
  const stop = (): void => {
    run.current++;
    if (running.current !== undefined) forget(running.current);
    running.current = undefined;
  };
  const leave = useRef(stop);
  leave.current = stop;
  useEffect(() => () => leave.current(), []);
  const gone = progress.error instanceof ApiProblem && progress.error.status === 404;
  return {
    /** The last request. */
    asked,
    job: cancelled ? undefined : now,
    cancelled,
    isRunning: !cancelled && (begin.isPending || (id !== undefined && !isOver(now) && progress.error === null)),
    error: cancelled
      ? null
      : (begin.error ??
        (gone ? new ApiProblem(404, 'The process that ran it has forgotten it, or another one answers. Run it again.') : progress.error)),
    start: (body: PreviewBody): void => {
      stop();
      setCancelled(false);
      setJob(undefined);
      setAsked(body);
      begin.mutate({ body, at: run.current });
    },
    cancel: (): void => {
      // A preview that was not begun here is ended on request, but not by leaving the page.
      if (running.current === undefined && id !== undefined && !isOver(now)) forget(id);
      stop();
      kept?.keep(undefined);
      setCancelled(true);
      setJob(undefined);
    },
  };
}

export type PreviewRun = ReturnType<typeof usePreview>;
