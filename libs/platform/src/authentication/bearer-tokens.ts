import { createHash } from 'node:crypto';
import { type JWTPayload, errors as joseErrors, jwtVerify } from 'jose';
import type { Caller } from './api-keys.js';
import { type KeySet, openKeySet } from './open-key-set.js';
import { type KeyScope, SCOPES } from './scopes.js';
import { isAboutToken } from './token-errors.js';

/** Asymmetric signatures only: no shared secrets, and never `none`. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
/** Tolerated difference to the issuer's clock, in seconds. */
const TOLERANCE_SECONDS = 30;
/** How long (ms) a verified token is accepted without another check of its signature. It bounds the life of a key that the issuer withdraws. */
const CACHE_MS = 60_000;
const MAX_CACHED = 1_000;
/** Claims with the name of a person or program; the first that exists counts. */
const NAME_CLAIMS = ['preferred_username', 'email', 'client_id', 'azp', 'sub'] as const;
/** The maximum length of a key's name. */
const MAX_NAME_LENGTH = 64;

export interface BearerOptions {
  readonly issuer: string;
  readonly audience: string;
  /** The claim with the caller's scopes: words separated by spaces, or a list. */
  readonly scopeClaim: string;
  /** The prefix of BeTrace's scopes in the claim. */
  readonly scopePrefix: string;
  /** The URL of the issuer's keys; undefined: the discovery document names it. */
  readonly keysUrl: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The token is invalid. The message says why, and quotes nothing of the token. */
export class BadToken extends Error {}
/** The issuer's keys are unavailable, so the token cannot be verified. */
export class IssuerAway extends Error {}

/** Bearer tokens of an OpenID Connect issuer (JWT, RFC 9068 or ID tokens): who calls, and with what scopes. */
export class BearerTokens {
  private keys: Promise<KeySet> | undefined;
  private readonly trusted = new Map<string, { readonly caller: Caller; readonly until: number }>();
  private failure: string | undefined;

  constructor(private readonly options: BearerOptions) {}

  /** Why the issuer's keys were unavailable at the last attempt; undefined if they were available. */
  get away(): string | undefined {
    return this.failure;
  }

  /** The caller of a token; throws BadToken or IssuerAway. */
  async caller(token: string): Promise<Caller> {
    const mark = createHash('sha256').update(token).digest('base64');
    const now = this.options.now();
    const existing = this.trusted.get(mark);
    if (existing !== undefined && now < existing.until) return existing.caller;
    this.trusted.delete(mark);
    const payload = await this.verified(token);
    const caller = { name: nameOf(payload), scopes: this.scopesOf(payload) };
    if (this.trusted.size >= MAX_CACHED) this.trusted.delete(this.trusted.keys().next().value as string);
    this.trusted.set(mark, { caller, until: Math.min(now + CACHE_MS, (payload.exp as number) * 1_000) });
    return caller;
  }

  private async verified(token: string): Promise<JWTPayload> {
    const { issuer, audience, now } = this.options;
    this.keys ??= openKeySet(this.options);
    const opening = this.keys;
    let keys: KeySet | undefined;
    try {
      keys = await opening;
      const { payload } = await jwtVerify(token, keys.keyOf, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: TOLERANCE_SECONDS,
        requiredClaims: ['exp', 'iss', 'aud'],
        currentDate: new Date(now()),
      });
      this.failure = undefined;
      return payload;
    } catch (error) {
      if (isAboutToken(error)) throw new BadToken(reasonOf(error), { cause: error });
      // The next request asks the issuer again. Keys that are still fresh stay; otherwise a forged token would lock out all others.
      if (this.keys === opening && keys?.isFresh() !== true) this.keys = undefined;
      this.failure = `the keys of ${issuer} are unavailable: ${(error as Error).message}`;
      throw new IssuerAway(this.failure, { cause: error });
    }
  }

  private scopesOf(payload: JWTPayload): readonly KeyScope[] {
    const { scopeClaim, scopePrefix } = this.options;
    const claim = payload[scopeClaim];
    const words: readonly unknown[] = Array.isArray(claim) ? claim : typeof claim === 'string' ? claim.split(' ') : [];
    return SCOPES.filter((scope) => words.includes(`${scopePrefix}${scope}`));
  }
}

/** The reason for the sender. jose's messages hold no secrets, but not all say what to do. */
function reasonOf(error: joseErrors.JOSEError): string {
  if (error instanceof joseErrors.JWTExpired) return 'it has expired';
  if (error instanceof joseErrors.JWTClaimValidationFailed) {
    return error.reason === 'missing' ? `it has no claim ${error.claim}` : `its claim ${error.claim} is not what this server wants`;
  }
  if (error instanceof joseErrors.JWKSNoMatchingKey) return 'its issuer has no key that it names';
  if (error instanceof joseErrors.JWSSignatureVerificationFailed) return 'its signature is wrong';
  if (error instanceof joseErrors.JOSEAlgNotAllowed) return `its algorithm is none of ${ALGORITHMS.join(', ')}`;
  return 'it is not a JSON Web Token';
}

/** Removes what makes the author of a change unreadable in logs and lists. */
function nameOf(payload: JWTPayload): string {
  const named = NAME_CLAIMS.map((claim) => payload[claim]).find((name) => typeof name === 'string' && name !== '') as string | undefined;
  const plain = (named ?? 'token').replaceAll(/[^\w.@-]/g, '_');
  return plain.slice(0, MAX_NAME_LENGTH);
}
