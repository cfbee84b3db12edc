import type { ApiAnswer, Ask } from './ask.js';
import { path } from './path.js';

/** Milliseconds after which the rest is left to another call. */
const MAX_SEARCH_MS = 10_000;

interface Page {
  readonly violations: readonly unknown[];
  readonly total: number;
  readonly next?: string;
}

/** The violations of a query. A text search may end its pages early, and an agent would take an empty page for the end: so it reads on. */
export async function searchViolations(
  ask: Ask,
  {
    limit,
    cursor,
    ...filter
  }: { readonly limit: number; readonly cursor?: string | undefined } & Readonly<Record<string, string | number | undefined>>,
): Promise<ApiAnswer> {
  const read = (left: number, from: string | undefined) => ask('GET', path('/v1/violations', { ...filter, limit: left, cursor: from }));
  let answer = await read(limit, cursor);
  const end = performance.now() + MAX_SEARCH_MS;
  for (;;) {
    const { violations: found, next } = answer.body as Page;
    if (answer.status >= 400 || next === undefined || found.length >= limit || performance.now() > end) return answer;
    const more = await read(limit - found.length, next);
    if (more.status >= 400) return more;
    const page = more.body as Page;
    const violations = [...found, ...page.violations];
    answer = { ...more, body: { ...page, violations, total: violations.length } };
  }
}
