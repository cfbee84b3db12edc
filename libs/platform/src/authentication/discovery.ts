import { boundedText } from './bounded-text.js';

/** Timeout of a request to the issuer (ms). */
export const ISSUER_ANSWERS_MS = 5_000;
/** Maximum size of an answer of the issuer. */
export const ISSUER_BYTES = 1024 * 1024;

/** The URLs in a discovery document; a member is undefined when it is not a URL. */
export interface IssuerDocument {
  readonly address: string;
  readonly keys: string | undefined;
  readonly authorization: string | undefined;
  readonly token: string | undefined;
}

/**
 * The discovery document of an OpenID Connect issuer. Rejects with an Error when it cannot be read, or belongs to another issuer.
 * Source: OpenID Connect Discovery 1.0, section 4.
 */
export async function discoverIssuer(issuer: string): Promise<IssuerDocument> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(address, {
    signal: AbortSignal.timeout(ISSUER_ANSWERS_MS),
    redirect: 'error',
    headers: { accept: 'application/json' },
  });
  if (!answer.ok) throw new Error(`${address} answers ${answer.status}`);
  const document = JSON.parse(await boundedText(answer, ISSUER_BYTES)) as Readonly<Record<string, unknown>>;
  if (document['issuer'] !== issuer) throw new Error(`${address} is of the issuer ${JSON.stringify(document['issuer'])}`);
  const url = (member: string): string | undefined => {
    const value = document[member];
    return typeof value === 'string' && URL.canParse(value) ? value : undefined;
  };
  return { address, keys: url('jwks_uri'), authorization: url('authorization_endpoint'), token: url('token_endpoint') };
}
