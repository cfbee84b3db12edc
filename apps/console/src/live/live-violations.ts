import { problemOf } from '#ui/api/problem';
import type { Violation } from '#ui/api/types';
import { fetchWithKey } from '../api/client';
import { serverEvents } from './event-stream';

export interface LiveListener {
  /** The stream runs. `complete`: nothing is missing since the last event; otherwise read the list again. */
  readonly onBegin: (complete: boolean) => void;
  readonly onViolation: (violation: Violation) => void;
  /** The connection is lost, and retried. */
  readonly onLost: (why: string) => void;
}

const [FIRST_RETRY_MS, MAX_RETRY_MS] = [2_000, 30_000];

/** Follows the stream of violations until the signal is aborted, over several connections: each resumes after the last event of the previous one. */
export async function followViolations(query: URLSearchParams, listener: LiveListener, signal: AbortSignal): Promise<void> {
  let lastId: string | undefined;
  let retryMs = FIRST_RETRY_MS;
  while (!signal.aborted) {
    let why = 'The connection ended.';
    try {
      const headers: Record<string, string> = lastId === undefined ? {} : { 'last-event-id': lastId };
      const response = await fetchWithKey(`${location.origin}/v1/violations/stream?${query}`, { headers, signal });
      if (!response.ok) throw problemOf(response, await response.json().catch(() => undefined));
      if (response.body === null) throw new Error('the answer has no body');
      for await (const { event, data, id } of serverEvents(response.body)) {
        const begins = event === undefined && data === undefined && retryMs !== 0;
        if (event === 'reset') listener.onBegin(false);
        else if (begins) listener.onBegin(lastId !== undefined);
        if (event === 'reset' || begins) retryMs = 0;
        if (event === 'violation' && data !== undefined) listener.onViolation(JSON.parse(data) as Violation);
        if (event === 'end') why = (JSON.parse(data ?? '{}') as { readonly reason?: string }).reason ?? why;
        if (id !== undefined) lastId = id;
      }
    } catch (error) {
      if (signal.aborted) return;
      why = error instanceof Error ? error.message : String(error);
    }
    if (signal.aborted) return;
    listener.onLost(why);
    retryMs = Math.min(MAX_RETRY_MS, Math.max(FIRST_RETRY_MS, retryMs * 2));
    await pause(retryMs, signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      done();
    });
  });
}
