import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { answered, client } from '../api/client';
import type { EvaluationProgress } from '../api/types';

const EVERY_MS = 5_000;
/** Rates are of the time since the oldest of these. */
const KEPT_MS = 60_000;

/** How far the evaluators of the whole system were, and when that was read, in ms of the page's clock. */
export interface ProgressReading {
  readonly at: number;
  readonly progress: EvaluationProgress;
}

/** What is known of evaluators in other processes: the last reading, and one of up to a minute before. */
export interface SystemProgress {
  readonly before: ProgressReading | undefined;
  readonly now: ProgressReading;
}

/** From the log, for a process that does not evaluate itself. @param enabled nothing is asked without */
export function useProgress(enabled: boolean): SystemProgress | undefined {
  const readings = useRef<readonly ProgressReading[]>([]);
  const { data, error } = useQuery({
    queryKey: ['evaluation'],
    enabled,
    refetchInterval: EVERY_MS,
    staleTime: 0,
    queryFn: async ({ signal }): Promise<SystemProgress> => {
      const now = { at: Date.now(), progress: await answered(client.GET('/v1/evaluation', { signal })) };
      const former = readings.current.filter(({ at }) => at >= now.at - KEPT_MS && at < now.at);
      readings.current = [...former, now];
      return { before: former[0], now };
    },
  });
  return error === null && enabled ? data : undefined;
}

/** Records a second between the two readings; undefined until there are two, and where a log took the place of another. */
export function recordRate({ before, now }: SystemProgress, which: 'appended_records' | 'judged_records'): number | undefined {
  if (before === undefined || now.at <= before.at) return undefined;
  const grown = now.progress[which] - before.progress[which];
  return grown < 0 ? undefined : grown / ((now.at - before.at) / 1_000);
}
