import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { answered, client } from '../../api/client';
import type { ProgressReading, SystemProgress } from './system-progress';

const EVERY_MS = 5_000;
/** Rates cover the time since the oldest of these. */
const KEPT_MS = 60_000;

/** From the log, for a process that does not evaluate itself. @param enabled whether to query the server */
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
