import type { SeenAttributes } from '#ui/api/types';
import type { AskSeen } from '#ui/editor/complete-seen';
import { request } from '../api/request';

/** The server reuses a sample for ten seconds. */
const FRESH_MS = 10_000;
/** Names in one answer: each has up to 50 values. */
const MAX_NAMES = 100;

/** The attributes of the latest spans, through a data source; letters that are typed in quick succession share one request. */
export function askSeenThrough(proxy: string): AskSeen {
  const answers = new Map<string, Promise<SeenAttributes>>();
  return ({ q, on }) => {
    const key = `${on} ${q}`;
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = request<SeenAttributes>(proxy, 'v1/attributes', { params: { on, q, limit: MAX_NAMES } });
    answers.set(key, answer);
    const forget = () => answers.delete(key);
    answer.then(() => setTimeout(forget, FRESH_MS), forget);
    return answer;
  };
}
