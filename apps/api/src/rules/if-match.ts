import { ApiError } from '../api-error.js';

/** The ETag of a version. */
export const etag = (version: number): string => `"${version}"`;

/**
 * The version that a change is based on, from `If-Match` or the body's `version`; the header counts more. Undefined when neither
 * names one (`*` is any).
 */
export function expectedVersion(header: string | undefined, version: number | undefined): number | undefined {
  if (header === undefined) return version;
  const value = header.trim();
  if (value === '*') return undefined;
  const digits = /^(?:W\/)?"?(\d{1,15})"?$/.exec(value)?.[1];
  if (digits === undefined) throw new ApiError('BT_API_IF_MATCH_INVALID', { value });
  return Number(digits);
}
