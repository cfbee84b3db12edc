import { setTimeout as pause } from 'node:timers/promises';
import { type Configuration, discoverIssuer } from '#platform';

/** How long (ms) the issuer's addresses are cached. */
const CACHE_MS = 10 * 60_000;
/** How long (ms) after a failure the next attempt is made: waiting pages must not put load on the issuer. */
const RETRY_AFTER_MS = 5_000;
/** How long (ms) a page waits for the issuer. */
const TIMEOUT_MS = 1_000;

/** What a browser needs for the sign-in: a public client, without secrets. */
export interface SignInSettings {
  readonly issuer: string;
  readonly client_id: string;
  readonly scope: string;
  /** Further parameters of the requests. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Absent while the issuer does not answer, or if it has no such addresses. */
  readonly authorization_endpoint?: string;
  readonly token_endpoint?: string;
  /** Why they are absent. */
  readonly away?: string;
}

type Answer = Pick<SignInSettings, 'authorization_endpoint' | 'token_endpoint' | 'away'>;

/** The console's sign-in at the OpenID Connect issuer. The server discovers the issuer's addresses, because issuers need not let pages read them. */
export class ConsoleSignIn {
  private last: { readonly at: number; readonly answer: Promise<Answer>; failed: boolean } | undefined;
  private tokenOrigin: string | undefined;

  constructor(
    private readonly client: Pick<SignInSettings, 'issuer' | 'client_id' | 'scope' | 'parameters'>,
    private readonly monotonic: () => number,
  ) {}

  async settings(): Promise<SignInSettings> {
    return { ...this.client, ...(await this.answer()) };
  }

  /** The origins at which the console requests tokens. */
  async origins(): Promise<readonly string[]> {
    if (this.tokenOrigin === undefined) await Promise.race([this.answer(), pause(TIMEOUT_MS)]);
    return this.tokenOrigin === undefined ? [] : [this.tokenOrigin];
  }

  private answer(): Promise<Answer> {
    const now = this.monotonic();
    if (this.last === undefined || now - this.last.at >= (this.last.failed ? RETRY_AFTER_MS : CACHE_MS)) {
      const last = { at: now, answer: this.discover(), failed: false };
      this.last = last;
      void last.answer.then(({ away }) => {
        last.failed = away !== undefined;
      });
    }
    return this.last.answer;
  }

  private async discover(): Promise<Answer> {
    try {
      const { address, authorization, token } = await discoverIssuer(this.client.issuer);
      if (authorization === undefined || token === undefined)
        return { away: `${address} has no authorization_endpoint or no token_endpoint.` };
      this.tokenOrigin = new URL(token).origin;
      return { authorization_endpoint: authorization, token_endpoint: token };
    } catch (error) {
      const { message, cause } = error as Error;
      const code = (cause as { readonly code?: string } | undefined)?.code;
      return { away: `The issuer ${this.client.issuer} does not answer: ${code ?? message}.` };
    }
  }
}

/** Undefined without an issuer, or without the console's client at it. */
export function consoleSignIn(
  { oidcIssuer, oidcConsoleClientId, oidcConsoleScope, oidcConsoleParameters }: Configuration['authentication'],
  monotonic: () => number,
): ConsoleSignIn | undefined {
  if (oidcIssuer === undefined || oidcConsoleClientId === undefined) return undefined;
  const parameters = Object.fromEntries(new URLSearchParams(oidcConsoleParameters ?? ''));
  return new ConsoleSignIn({ issuer: oidcIssuer, client_id: oidcConsoleClientId, scope: oidcConsoleScope, parameters }, monotonic);
}
