import { problemOf } from '#ui/api/problem';
import { fetchWithKey } from './client';

export interface Readiness {
  readonly status: 'ready' | 'degraded' | 'not_ready';
  /** `ok`, `off`, or the reason of a failure, by check. */
  readonly checks: Readonly<Record<string, string>>;
}

/** `GET /ready`, which answers 503 with the same body when a check fails. */
export async function fetchReadiness({ signal }: { readonly signal?: AbortSignal } = {}): Promise<Readiness> {
  const response = await fetchWithKey(new Request(`${location.origin}/ready`), signal === undefined ? {} : { signal });
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body === 'object' && body !== null && 'checks' in body) return body as Readiness;
  throw problemOf(response, body);
}
