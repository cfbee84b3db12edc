import { errors as joseErrors } from 'jose';

/** Whether an error of jose concerns the token. The others concern the issuer's keys, which cannot be read. */
export function isAboutToken(error: unknown): error is joseErrors.JOSEError {
  if (error instanceof joseErrors.JWKSTimeout || error instanceof joseErrors.JWKSInvalid) return false;
  if (error instanceof joseErrors.JWKInvalid) return false;
  // An invalid answer of the issuer is a JOSEError without a code of its own.
  return error instanceof joseErrors.JOSEError && error.code !== 'ERR_JOSE_GENERIC';
}
