import { createRemoteJWKSet } from 'jose';

/** Milliseconds that the issuer may take to answer. */
const ANSWER_MS = 5_000;
/** Milliseconds between two requests for keys that a token names and the set lacks: forged tokens make no load for the issuer. */
const COOLDOWN = 5_000;
/** Milliseconds for which a set is taken for the present one. */
const FRESH = 10 * 60_000;
/** A discovery document is a page of JSON. */
const MAX_BYTES = 1024 * 1024;

/**
 * The keys of an OpenID Connect issuer. They are read when first needed, when they are old, and when a token names an unknown key. Rejects with an Error when
 * the discovery document cannot be read, or belongs to another issuer. Source: OpenID Connect Discovery 1.0, section 4.
 */
export async function openKeySet({ issuer, keysUrl }: { readonly issuer: string; readonly keysUrl: string | undefined }) {
  const url = keysUrl ?? (await discover(issuer));
  return createRemoteJWKSet(new URL(url), { timeoutDuration: ANSWER_MS, cooldownDuration: COOLDOWN, cacheMaxAge: FRESH });
}

async function discover(issuer: string): Promise<string> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(address, {
    signal: AbortSignal.timeout(ANSWER_MS),
    redirect: 'error',
    headers: { accept: 'application/json' },
  });
  if (!answer.ok) throw new Error(`${address} answers ${answer.status}`);
  const text = await answer.text();
  if (text.length > MAX_BYTES) throw new Error(`${address} answers more than a document`);
  const { issuer: named, jwks_uri: keys } = JSON.parse(text) as { readonly issuer?: unknown; readonly jwks_uri?: unknown };
  if (named !== issuer) throw new Error(`${address} is of the issuer ${JSON.stringify(named)}`);
  if (typeof keys !== 'string' || !URL.canParse(keys)) throw new Error(`${address} has no jwks_uri`);
  return keys;
}
