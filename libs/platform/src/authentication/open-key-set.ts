import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type FetchImplementation,
  type JWTVerifyGetKey,
  errors as joseErrors,
} from 'jose';
import { boundedText } from './bounded-text.js';
import { discoverIssuer, ISSUER_ANSWERS_MS, ISSUER_BYTES } from './discovery.js';
import { isAboutToken } from './token-errors.js';

/** Milliseconds between two requests because of unknown keys, and after a failed one: forged tokens must not load the issuer. */
const COOLDOWN_MS = 5_000;
/** How long (ms) a key set is used before it is read again. */
const CACHE_MS = 10 * 60_000;

/** The keys of an issuer. */
export interface KeySet {
  /** The key that a token names. Rejects jose's error, or the one of the request to the issuer. */
  readonly keyOf: JWTVerifyGetKey;
  /** Whether keys were read, and may be used without another request. */
  isFresh(): boolean;
}

/**
 * The keys of an OpenID Connect issuer. They are read at first use, after a time, and when a token names an unknown key. While they cannot be read again, the
 * former ones stay in use until they expire. Rejects an Error when the discovery document is unreadable, or belongs to another issuer.
 */
export async function openKeySet({ issuer, keysUrl }: { readonly issuer: string; readonly keysUrl: string | undefined }): Promise<KeySet> {
  const url = keysUrl ?? (await keysOf(issuer));
  const remote = createRemoteJWKSet(new URL(url), {
    timeoutDuration: ISSUER_ANSWERS_MS,
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: CACHE_MS,
    [customFetch]: fetchBounded,
  });
  let failed: { readonly at: number; readonly error: unknown } | undefined;
  const keyOf: JWTVerifyGetKey = async (header, token) => {
    const read = remote.fresh ? remote.jwks() : undefined;
    if (read !== undefined && failed !== undefined && performance.now() < failed.at + COOLDOWN_MS) {
      const { error: reason } = failed;
      return createLocalJWKSet(read)(header, token).catch((error: unknown) => {
        // The issuer may have the key now, but the next request to it must wait.
        throw error instanceof joseErrors.JWKSNoMatchingKey ? reason : error;
      });
    }
    try {
      const key = await remote(header, token);
      failed = undefined;
      return key;
    } catch (error) {
      failed = isAboutToken(error) ? undefined : { at: performance.now(), error };
      throw error;
    }
  };
  return { keyOf, isFresh: () => remote.fresh && remote.jwks() !== undefined };
}

const fetchBounded: FetchImplementation = async (url, options) => {
  const answer = await fetch(url, options);
  // jose reads the content of a 200 only, and others may not have one.
  return new Response(answer.status === 200 ? await boundedText(answer, ISSUER_BYTES) : null, { status: answer.status });
};

async function keysOf(issuer: string): Promise<string> {
  const { address, keys } = await discoverIssuer(issuer);
  if (keys === undefined) throw new Error(`${address} has no jwks_uri`);
  return keys;
}
