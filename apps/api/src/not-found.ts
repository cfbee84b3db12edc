import { Problem } from '#platform';
import { ApiError } from './api-error.js';

const CONTROL = /\p{Cc}/u;

type NotFound =
  | 'BT_API_MUTE_NOT_FOUND'
  | 'BT_API_PREVIEW_NOT_FOUND'
  | 'BT_API_RULE_NOT_FOUND'
  | 'BT_API_VIOLATION_GROUP_NOT_FOUND'
  | 'BT_API_VIOLATION_NOT_FOUND';

/** The error of an unknown id or name: 404, or 400 if no valid id or name has this form (U+0000, a line break). */
export function notFound(code: NotFound, id: string): Error {
  return absent(id, () => new ApiError(code, { id }));
}

/** Like `notFound`, with an `error` of the caller. */
export function absent(id: string, error: () => ApiError): Error {
  return CONTROL.test(id)
    ? new Problem('BT_HTTP_BAD_REQUEST', 'there is nothing of this id: it has control characters, which none has')
    : error();
}
