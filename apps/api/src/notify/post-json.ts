import { answerText, isPage } from '../delivery/answer-text.js';
import { isSuccess, post } from '../delivery/post.js';
import { HttpRefusal } from '../delivery/refusal.js';

/** Timeout of a receiver's answer, in milliseconds. */
const ANSWER_MS = 15_000;

/** Posts JSON. Rejects an HttpRefusal for an answer other than success, and the connection's error without an answer. Does not follow redirects. */
export async function postJson(url: string, body: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
  const all = { ...headers, 'Content-Type': 'application/json' };
  const answer = await post(url, body, { headers: all, timeout: ANSWER_MS, signal, statusOnly: true });
  const { status, contentType, content, retryAfter } = answer;
  if (isSuccess(status)) return;
  const page = isPage(contentType, content);
  throw new HttpRefusal(status, answerText(content), { page, ...(retryAfter === undefined ? {} : { retryAfter }) });
}
