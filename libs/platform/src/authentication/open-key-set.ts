import { createRemoteJWKSet } from 'jose';
import { discoverIssuer, ISSUER_ANSWERS_MS } from './discovery.js';

/** Milliseconds between two requests for keys that a token names and the set lacks: forged tokens make no load for the issuer. */
const COOLDOWN = 5_000;
/** Milliseconds for which a set is taken for the present one. */
const FRESH = 10 * 60_000;

/**
 * The keys of an OpenID Connect issuer. They are read when first needed, when they are old, and when a token names an unknown key. Rejects with an Error when
 * the discovery document cannot be read, or belongs to another issuer.
 */
export async function openKeySet({ issuer, keysUrl }: { readonly issuer: string; readonly keysUrl: string | undefined }) {
  const url = keysUrl ?? (await keysOf(issuer));
  return createRemoteJWKSet(new URL(url), { timeoutDuration: ISSUER_ANSWERS_MS, cooldownDuration: COOLDOWN, cacheMaxAge: FRESH });
}

async function keysOf(issuer: string): Promise<string> {
  const { address, keys } = await discoverIssuer(issuer);
  if (keys === undefined) throw new Error(`${address} has no jwks_uri`);
  return keys;
}
