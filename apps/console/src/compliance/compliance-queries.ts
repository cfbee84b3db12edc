import { useQuery } from '@tanstack/react-query';
import { problemOf } from '#ui/api/problem';
import type { ComplianceReport } from '#ui/api/types';
import { answered, client, fetchWithKey } from '../api/client';

/** Evaluators report every 10 s how many traces closed. */
const EVERY_MS = 15_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** By their value in the URL. */
export const PERIODS = [
  { value: '', text: 'last 30 days', ms: 30 * DAY_MS },
  { value: '7d', text: 'last 7 days', ms: 7 * DAY_MS },
  { value: '24h', text: 'last 24 hours', ms: DAY_MS },
] as const;

/** The start of a period that ends now, for the API: a whole hour, so that it stays the same for a while. */
export function beginOf(period: string, now: number): string {
  const { ms } = PERIODS.find(({ value }) => value === period) ?? PERIODS[0];
  return new Date(Math.floor((now - ms) / HOUR_MS) * HOUR_MS).toISOString();
}

export function useFrameworks() {
  return useQuery({
    queryKey: ['compliance'],
    staleTime: 0,
    queryFn: ({ signal }) => answered(client.GET('/v1/compliance', { signal })),
  });
}

export function useReport(framework: string, period: string) {
  return useQuery({
    queryKey: ['compliance', framework, period],
    refetchInterval: EVERY_MS,
    staleTime: 0,
    queryFn: async ({ signal }) => {
      const params = { path: { framework }, query: { from: beginOf(period, Date.now()) } };
      // The default format is JSON.
      return (await answered(client.GET('/v1/compliance/{framework}', { params, signal }))) as ComplianceReport;
    },
  });
}

/** The same hours as a table, a page to print, or an archive of all evidence. */
export type ReportFile = 'csv' | 'html' | 'tar.gz';

/** The same hours as a file. Throws an ApiProblem. */
export async function reportFile({ framework, from, to }: ComplianceReport, file: ReportFile): Promise<Blob> {
  const query = new URLSearchParams({ from, to, ...(file === 'tar.gz' ? {} : { format: file }) });
  const path = `${encodeURIComponent(framework)}${file === 'tar.gz' ? '/evidence' : ''}`;
  const response = await fetchWithKey(`${location.origin}/v1/compliance/${path}?${query}`);
  if (!response.ok) throw problemOf(response, await response.json().catch(() => undefined));
  return response.blob();
}
