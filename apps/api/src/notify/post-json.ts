import { answerText, isPage } from '../delivery/answer-text.js';
import { HttpRefusal } from '../delivery/refusal.js';

/** Milliseconds that a receiver has for its answer. */
const ANSWER_MS = 15_000;

/** Posts JSON; rejects with an HttpRefusal when the answer is no success, and with the error of the connection when there is none. Redirects are not followed. */
export async function postJson(url: string, body: string, headers: Readonly<Record<string, string>>, stopping: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(ANSWER_MS)]);
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: 'POST',
      body,
      headers: { ...headers, 'content-type': 'application/json' },
      redirect: 'manual',
      signal,
    });
  } catch (error) {
    stopping.throwIfAborted();
    if ((error as Error).name === 'TimeoutError') throw new Error(`no answer within ${ANSWER_MS} ms`, { cause: error });
    // fetch says no more than that it failed; the cause has code and reason.
    throw error instanceof Error && error.cause instanceof Error ? error.cause : error;
  }
  const content = answer.ok ? Buffer.alloc(0) : Buffer.from(await answer.arrayBuffer().catch(() => new ArrayBuffer(0)));
  if (answer.ok) return void (await answer.body?.cancel());
  const page = isPage(answer.headers.get('content-type') ?? undefined, content);
  const asked = Number(answer.headers.get('retry-after') ?? Number.NaN) * 1_000;
  throw new HttpRefusal(answer.status, answerText(content), { page, ...(asked >= 0 ? { retryAfter: asked } : {}) });
}
