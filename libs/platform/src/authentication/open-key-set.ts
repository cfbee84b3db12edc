import { createRemoteJWKSet } from 'jose';
import { discoverIssuer, ISSUER_ANSWERS_MS } from './discovery.js';

/** Milliseconds between two requests because of unknown keys: forged tokens must not load the issuer. */
const COOLDOWN_MS = 5_000;
/** How long (ms) a key set is used before it is read again. */
const CACHE_MS = 10 * 60_000;

/**
 * The keys of an OpenID Connect issuer. They are read at first use, after a time, and when a token names an unknown key. Rejects an Error when the discovery
 * document is unreadable, or belongs to another issuer.
 */
export async function openKeySet({ issuer, keysUrl }: { readonly issuer: string; readonly keysUrl: string | undefined }) {
  const url = keysUrl ?? (await keysOf(issuer));
  return createRemoteJWKSet(new URL(url), { timeoutDuration: ISSUER_ANSWERS_MS, cooldownDuration: COOLDOWN_MS, cacheMaxAge: CACHE_MS });
}

async function keysOf(issuer: string): Promise<string> {
  const { address, keys } = await discoverIssuer(issuer);
  if (keys === undefined) throw new Error(`${address} has no jwks_uri`);
  return keys;
}
