import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIGURATION, type Configuration } from '../configuration/settings/configuration.js';
import { Behind, HealthRecorder } from '../health/health-recorder.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { Problem } from '../problem-details/problem.js';
import { ApiKeys, type Caller } from './api-keys.js';
import { BadToken, BearerTokens } from './bearer-tokens.js';
import { type KeyScope, mayDo } from './scopes.js';
import { WrongCredentials } from './wrong-credentials.js';

/** Reads a header of a request, or an entry of gRPC's metadata, by its lower-case name. */
export type ReadHeader = (name: string) => string | undefined;

/** Authenticates callers, by an API key or a token of the configured OpenID Connect issuer. */
@Injectable()
export class Authentication {
  /** False: no request needs a key. */
  readonly required: boolean;
  private readonly tokens: BearerTokens | undefined;
  private readonly guesses: WrongCredentials;

  constructor(
    private readonly apiKeys: ApiKeys,
    @Inject(CONFIGURATION) { authentication }: Configuration,
    @Inject(CLOCK) clock: Clock,
    health: HealthRecorder,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.guesses = new WrongCredentials(
      authentication.wrongKeyLimit,
      () => clock.monotonic(),
      (sentence) => logger.warn(sentence),
    );
    const { oidcIssuer: issuer, oidcAudience: audience, oidcScopeClaim, oidcScopePrefix, oidcKeysUrl } = authentication;
    if (issuer !== undefined && audience !== undefined) {
      const tokens = new BearerTokens({
        issuer,
        audience,
        scopeClaim: oidcScopeClaim,
        scopePrefix: oidcScopePrefix,
        keysUrl: oidcKeysUrl,
        now: () => clock.now(),
      });
      this.tokens = tokens;
      // Callers with keys and with verified tokens are still accepted.
      health.register('oidc', () => {
        if (tokens.away !== undefined) throw new Behind(tokens.away);
      });
    }
    if (authentication.apiKeysFile !== undefined) {
      health.register('api_keys', () => {
        const trouble = apiKeys.trouble();
        if (trouble !== '') throw new Behind(trouble);
      });
    }
    this.required = apiKeys.required || this.tokens !== undefined;
  }

  /**
   * The caller of a request. Throws BT_HTTP_UNAUTHENTICATED (401), BT_HTTP_TOO_MANY_WRONG_KEYS (429), or BT_HTTP_UNAVAILABLE (503) when a token cannot be
   * verified now.
   */
  async caller(read: ReadHeader, address: string): Promise<Caller> {
    const brought = this.broughtBy(read);
    if (brought === undefined) return this.refuse(undefined);
    this.guesses.admit(address, brought);
    try {
      const caller = await this.look(read);
      this.guesses.wereRight(brought);
      return caller;
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.guesses.wereWrong(address, brought);
      throw error;
    }
  }

  /** Key and token of a request as one text; undefined without both. */
  private broughtBy(read: ReadHeader): string | undefined {
    const brought = [this.apiKeys.required ? read(this.apiKeys.header) : undefined, this.tokens && read('authorization')];
    return brought.every((one) => one === undefined) ? undefined : brought.map((one) => one ?? '').join('\n');
  }

  private async look(read: ReadHeader): Promise<Caller> {
    const holder = this.apiKeys.caller(read(this.apiKeys.header));
    if (holder !== undefined) return holder;
    if (this.tokens === undefined) return this.refuse(undefined);
    const [, token] = /^Bearer +(\S+)$/i.exec(read('authorization') ?? '') ?? [];
    if (token === undefined) return this.refuse(undefined);
    try {
      return await this.tokens.caller(token);
    } catch (error) {
      if (error instanceof BadToken) return this.refuse(error.message);
      throw new Problem('BT_HTTP_UNAVAILABLE', (error as Error).message, { retryAfter: 5 });
    }
  }

  /** Throws BT_HTTP_FORBIDDEN (403) for a caller without the scope. */
  check({ name, scopes }: Caller, needed: KeyScope): void {
    if (mayDo(scopes, needed)) return;
    const held = scopes.length === 0 ? 'no scope' : `the scopes ${scopes.join(', ')}`;
    throw new Problem('BT_HTTP_FORBIDDEN', `the key ${name} has ${held}, and this needs ${needed}`);
  }

  /** Whether an admitted caller would be admitted again. A token that cannot be verified now keeps its former result. */
  async stillAllows(read: ReadHeader, needed: KeyScope): Promise<boolean> {
    try {
      this.check(await this.look(read), needed);
      return true;
    } catch (error) {
      return !(error instanceof Problem) || error.status >= 500;
    }
  }

  /** @param reason what is wrong with the token */
  private refuse(reason: string | undefined): never {
    const { header } = this.apiKeys;
    const ways = [
      ...(this.apiKeys.required ? [`the header ${header} must hold the API key`] : []),
      ...(this.tokens === undefined ? [] : ['the header authorization must hold a bearer token of the issuer']),
    ];
    const detail = reason === undefined ? ways.join(', or ') : `the bearer token is refused: ${reason}`;
    const challenges = [
      ...(this.apiKeys.required ? [`ApiKey header="${header}"`] : []),
      ...(this.tokens === undefined ? [] : [`Bearer realm="betrace"${reason === undefined ? '' : ', error="invalid_token"'}`]),
    ];
    throw new Problem('BT_HTTP_UNAUTHENTICATED', detail, { headers: { 'www-authenticate': challenges.join(', ') } });
  }
}
