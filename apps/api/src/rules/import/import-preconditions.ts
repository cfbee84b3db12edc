import { ApiError } from '../../api-error.js';
import { etagList } from '../save/etag-list.js';
import type { PreconditionHeaders } from '../save/preconditions.js';

/** ETags of all rules, or any (`*`). */
type Tags = ReadonlySet<string> | '*';

/** The state on which an import is based (RFC 9110, 13.1): the whole answer of `GET /v1/rules`. */
export interface ImportPreconditions {
  readonly match?: Tags;
  readonly noneMatch?: Tags;
}

/** Throws BT_API_RULES_ETAG_INVALID for an invalid ETag. */
export function importPreconditions(headers: PreconditionHeaders): ImportPreconditions {
  const match = tags('If-Match', headers['if-match']);
  const noneMatch = tags('If-None-Match', headers['if-none-match']);
  return { ...(match === undefined ? {} : { match }), ...(noneMatch === undefined ? {} : { noneMatch }) };
}

/**
 * Throws BT_API_RULES_PRECONDITION_FAILED unless rules with this ETag may be changed.
 * @param any whether there is a rule
 */
export function refuseUnmetImport({ match, noneMatch }: ImportPreconditions, found: string, any: boolean): void {
  const names = (tags: Tags): boolean => (tags === '*' ? any : tags.has(found));
  if (match !== undefined && !names(match)) throw failed(found, 'If-Match', match);
  if (noneMatch !== undefined && names(noneMatch)) throw failed(found, 'If-None-Match', noneMatch);
}

function failed(found: string, header: string, tags: Tags): ApiError {
  return new ApiError('BT_API_RULES_PRECONDITION_FAILED', {
    found,
    header,
    value: tags === '*' ? '*' : [...tags].join(', ').slice(0, 100),
  });
}

/** As from `contentEtag`, or weak, as compressing proxies make it. */
const TAG = /^(?:W\/)?("[^"]*")$/;

function tags(header: string, value: string | undefined): Tags | undefined {
  if (value === undefined) return undefined;
  if (value.trim() === '*') return '*';
  const parts = etagList(value).map((part) => TAG.exec(part)?.[1]);
  const preconditions = parts.filter((part) => part !== undefined);
  if (preconditions.length === 0 || preconditions.length < parts.length)
    throw new ApiError('BT_API_RULES_ETAG_INVALID', { header, value: value.slice(0, 100) });
  return new Set(preconditions);
}
