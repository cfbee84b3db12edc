import * as oauth from 'oauth4webapi';
import type { IssuerClient } from './sign-in-settings';

const STORAGE = 'betrace.sign-in';
/** The redirect URI, as registered with the client at the issuer. */
const redirectUri = (): string => `${location.origin}/ui/signed-in`;

/** The state of a sign-in in progress; for this tab only. */
interface Begun {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  /** The page on which it started. */
  readonly back: string;
}

/** Redirects to the issuer, with the authorization code flow and PKCE. Rejects if the browser has no cryptography: over HTTP from another machine. */
export async function beginSignIn(client: IssuerClient): Promise<void> {
  if (crypto.subtle === undefined) throw new Error('A browser can do this over HTTPS only, or on the machine that serves the page.');
  const begun: Begun = {
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    back: location.href.startsWith(redirectUri()) ? '/ui' : location.pathname + location.search,
  };
  const url = new URL(client.authorization_endpoint);
  const parameters = {
    ...client.parameters,
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri(),
    scope: client.scope,
    state: begun.state,
    code_challenge: await oauth.calculatePKCECodeChallenge(begun.verifier),
    code_challenge_method: 'S256',
    ...(isOpenId(client) ? { nonce: begun.nonce } : {}),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  try {
    sessionStorage.setItem(STORAGE, JSON.stringify(begun));
  } catch {
    throw new Error('The settings of this browser forbid the page to keep what a sign-in needs until the issuer answers.');
  }
  location.assign(url);
}

/**
 * The token for the issuer's code, and the page to return to. Rejects the issuer's error, or a mismatch: a code is valid once, for the tab that requested it.
 */
export async function endSignIn(client: IssuerClient, answer: URL): Promise<{ readonly token: string; readonly back: string }> {
  const begun = begunHere();
  if (begun === undefined) throw new Error('It was begun in another tab, or is over already.');
  const { issuer, authorization_endpoint, token_endpoint, client_id } = client;
  const server: oauth.AuthorizationServer = { issuer, authorization_endpoint, token_endpoint };
  const us: oauth.Client = { client_id };
  const code = oauth.validateAuthResponse(server, us, answer, begun.state);
  const response = await oauth.authorizationCodeGrantRequest(server, us, oauth.None(), code, redirectUri(), begun.verifier, {
    additionalParameters: client.parameters,
    // The server accepts an issuer over HTTP only on its own machine.
    [oauth.allowInsecureRequests]: issuer.startsWith('http:'),
  });
  const tokens = await oauth.processAuthorizationCodeResponse(server, us, response, isOpenId(client) ? { expectedNonce: begun.nonce } : {});
  return { token: verifiable(tokens), back: begun.back.startsWith('/ui') ? begun.back : '/ui' };
}

function begunHere(): Begun | undefined {
  try {
    const begun: unknown = JSON.parse(sessionStorage.getItem(STORAGE) ?? 'null');
    sessionStorage.removeItem(STORAGE);
    return typeof begun === 'object' && begun !== null && 'state' in begun ? (begun as Begun) : undefined;
  } catch {
    return undefined;
  }
}

const isOpenId = ({ scope }: IssuerClient): boolean => scope.split(' ').includes('openid');

/** The access token, or the ID token if the access token can be read only by its issuer. */
function verifiable({ access_token, id_token }: oauth.TokenEndpointResponse): string {
  return access_token.split('.').length === 3 ? access_token : (id_token ?? access_token);
}

/** Why a sign-in failed, in the words of the issuer or the protocol. */
export function whyNot(error: unknown): string {
  if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError)
    return `The issuer says: ${error.error_description ?? error.error}`;
  return error instanceof Error ? error.message : String(error);
}
