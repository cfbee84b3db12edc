import { Problem } from '#platform';
import { ApiError } from './api-error.js';

const CONTROL = /\p{Cc}/u;

/** What an id or a name that nothing has is answered with: 404, or 400 when no id or name made since can be so (U+0000, a line break). */
export function notFound(code: 'BT_API_RULE_NOT_FOUND' | 'BT_API_VIOLATION_NOT_FOUND', id: string): Error {
  return CONTROL.test(id)
    ? new Problem('BT_HTTP_BAD_REQUEST', 'there is nothing of this id: it has control characters, which none has')
    : new ApiError(code, { id });
}
