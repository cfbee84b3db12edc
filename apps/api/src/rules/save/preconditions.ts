import { ApiError } from '../../api-error.js';
import { etagList } from './etag-list.js';

/** Versions in a header, or any (`*`). */
type Versions = ReadonlySet<number> | '*';

/** The state on which a change of a rule is based (RFC 9110, 13.1). */
export interface Preconditions {
  readonly match?: Versions;
  readonly noneMatch?: Versions;
}

export interface PreconditionHeaders {
  readonly 'if-match'?: string | undefined;
  readonly 'if-none-match'?: string | undefined;
}

/**
 * The preconditions of a request that changes a rule. Throws BT_API_IF_MATCH_INVALID for an invalid ETag, so that wrong quoting is not reported as a conflict.
 */
export function preconditions(headers: PreconditionHeaders): Preconditions {
  const match = versions('If-Match', headers['if-match']);
  const noneMatch = versions('If-None-Match', headers['if-none-match']);
  return { ...(match === undefined ? {} : { match }), ...(noneMatch === undefined ? {} : { noneMatch }) };
}

export function isConditional({ match, noneMatch }: Preconditions): boolean {
  return match !== undefined || noneMatch !== undefined;
}

/** Throws BT_API_PRECONDITION_FAILED unless a rule of this version may be changed; version 0: it does not exist. */
export function refuseUnmet({ match, noneMatch }: Preconditions, id: string, version: number): void {
  const found = version === 0 ? 'does not exist' : `has version ${version}`;
  if (match !== undefined && !names(match, version)) throw failed(id, found, 'If-Match', match);
  if (noneMatch !== undefined && names(noneMatch, version)) throw failed(id, found, 'If-None-Match', noneMatch);
}

const names = (versions: Versions, version: number): boolean => version > 0 && (versions === '*' || versions.has(version));

function failed(id: string, found: string, header: string, versions: Versions): ApiError {
  const value = versions === '*' ? '*' : [...versions].map((version) => `"${version}"`).join(', ');
  return new ApiError('BT_API_PRECONDITION_FAILED', { id, found, header, value });
}

/** `"3"`; also weak, as compressing proxies make it, without quotes, and with a hash after a hyphen: see `etagOf`. */
const TAG = /^(?:W\/)?"?(\d{1,15})(?:-[\w-]*)?"?$/;
/** The ETag of something other than a rule, which names no version. */
const OTHER_TAG = /^(?:W\/)?"[^"]*"$/;

function versions(header: string, value: string | undefined): Versions | undefined {
  if (value === undefined) return undefined;
  if (value.trim() === '*') return '*';
  const parts = etagList(value);
  const named = parts.flatMap((part) => TAG.exec(part)?.[1] ?? []);
  const isBad = named.length === 0 || parts.some((part) => !TAG.test(part) && !OTHER_TAG.test(part));
  if (isBad) throw new ApiError('BT_API_IF_MATCH_INVALID', { header, value: value.slice(0, 100) });
  return new Set(named.map(Number));
}
