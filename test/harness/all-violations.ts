import type { BeTrace } from './betrace.js';

interface Page<Violation> {
  readonly violations: readonly Violation[];
  readonly next?: string | null;
}

/** All violations that a query of the API selects, page by page: one page ends at 1,000, which a test may exceed on a busy machine. */
export async function allViolations<Violation>(api: BeTrace, query = ''): Promise<Violation[]> {
  const all: Violation[] = [];
  const first = `/v1/violations?limit=1000&${query}`;
  for (let path: string | undefined = first; path !== undefined; ) {
    const page: Page<Violation> = (await api.json<Page<Violation>>('GET', path)).body;
    all.push(...page.violations);
    path = page.next ? `${first}&after=${encodeURIComponent(page.next)}` : undefined;
  }
  return all;
}
