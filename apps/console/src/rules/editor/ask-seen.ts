import type { AskSeen } from '#ui/editor/complete-seen';
import { answered, client } from '../../api/client';
import { queryClient } from '../../api/query-client';

/** The server reuses a sample for ten seconds. */
const FRESH_MS = 10_000;
/** Maximum of names in an answer: each has up to 50 values. */
const MAX_NAMES = 100;

/** The attributes of the latest spans. */
export const askSeen: AskSeen = ({ q, on }) =>
  queryClient.fetchQuery({
    queryKey: ['seen-attributes', on, q],
    staleTime: FRESH_MS,
    retry: false,
    queryFn: ({ signal }) =>
      answered(client.GET('/v1/attributes', { params: { query: { on, limit: MAX_NAMES, ...(q === '' ? {} : { q }) } }, signal })),
  });
