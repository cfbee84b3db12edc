import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { problemOf } from '#ui/api/problem';
import { fetchWithKey } from '../../api/client';
import { parsePrometheus } from './prometheus-text';
import type { Reading } from './readings';

const EVERY_MS = 5_000;
/** Ten minutes of readings. */
const MAX_READINGS = 120;

/** The readings of this tab, oldest first; they are kept when another page is opened. */
let kept: readonly Reading[] = [];

/** `/metrics` of the process that serves the console, every five seconds. */
export function useReadings() {
  const readings = useRef(kept);
  const query = useQuery({
    queryKey: ['metrics'],
    refetchInterval: EVERY_MS,
    staleTime: 0,
    queryFn: async ({ signal }) => {
      const response = await fetchWithKey(new Request(`${location.origin}/metrics`), { signal });
      if (!response.ok) throw problemOf(response, await response.json().catch(() => undefined));
      const reading = { at: Date.now(), metrics: parsePrometheus(await response.text()) };
      const since = reading.at - MAX_READINGS * EVERY_MS;
      kept = [...kept.filter(({ at }) => at >= since && at < reading.at), reading];
      readings.current = kept;
      return reading;
    },
  });
  return { ...query, readings: readings.current };
}
