import { anyText, flag, headerName, integer, issuer, keyText, type Setting, text } from './setting.js';

/** Authentication and access. */
export const AUTHENTICATION = {
  apiKeyHeader: {
    type: headerName,
    env: ['BETRACE_API_KEY_HEADER'],
    default: 'X-API-Key',
    doc: 'Header (and gRPC metadata) with the API key.',
  },
  apiKey: {
    type: keyText,
    env: ['BETRACE_API_KEY'],
    secret: true,
    doc: 'When set, every request except `/health` and `/ready` needs this key or one of `api_keys_file`. It may do everything. Without a key, a file and an issuer there is no authentication.',
  },
  apiKeysFile: {
    type: text,
    env: ['BETRACE_API_KEYS_FILE'],
    doc: 'File (YAML or JSON) with the hashes, names and scopes of keys; `betrace keys new` creates one. It is read again when it changes.',
  },
  oidcIssuer: {
    type: issuer,
    env: ['BETRACE_OIDC_ISSUER'],
    doc: 'OpenID Connect issuer (the claim `iss`) whose bearer tokens (JWT, `Authorization: Bearer …`) are accepted, with or without API keys.',
  },
  oidcAudience: {
    type: text,
    env: ['BETRACE_OIDC_AUDIENCE'],
    doc: 'The audience that tokens must have in the claim `aud`. Required with `oidc_issuer`, because an issuer signs tokens for other servers too.',
  },
  oidcScopeClaim: {
    type: text,
    env: ['BETRACE_OIDC_SCOPE_CLAIM'],
    default: 'scope',
    doc: 'Claim with the scopes of a caller: words separated by spaces, or a list (`scp`, `roles`, `groups`).',
  },
  oidcScopePrefix: {
    type: anyText,
    env: ['BETRACE_OIDC_SCOPE_PREFIX'],
    default: 'betrace:',
    doc: 'Prefix of the scopes `read`, `rules:write`, `ingest` and `admin` in that claim.',
  },
  oidcKeysUrl: {
    type: issuer,
    env: ['BETRACE_OIDC_KEYS_URL'],
    doc: "URL of the issuer's keys (JWKS). Unset: the one in its `/.well-known/openid-configuration`.",
  },
  oidcConsoleClientId: {
    type: text,
    env: ['BETRACE_OIDC_CONSOLE_CLIENT_ID'],
    doc: 'Client of the console at `oidc_issuer`: a public one (no secret) with the authorization code flow and PKCE, and the redirect URI `<this server>/ui/signed-in`. Unset: people paste tokens into the console.',
  },
  oidcConsoleScope: {
    type: text,
    env: ['BETRACE_OIDC_CONSOLE_SCOPE'],
    default: 'openid',
    doc: 'Scopes that the console requests from `oidc_issuer`, separated by spaces, like `openid betrace:read betrace:rules:write`.',
  },
  oidcConsoleParameters: {
    type: anyText,
    env: ['BETRACE_OIDC_CONSOLE_PARAMETERS'],
    doc: 'Further parameters of its requests, as in a query: `resource=https://betrace.example.com` (RFC 8707) or `audience=betrace`. Some issuers need them for access tokens with the right audience.',
  },
  wrongKeyLimit: {
    type: integer(0, 1_000),
    env: ['BETRACE_WRONG_KEY_LIMIT'],
    default: 60,
    doc: 'Maximum of different wrong keys and tokens from one address in a minute. Above it, unknown ones are refused unchecked (429), even valid ones; those that were valid before are accepted. 0: no limit, for instance behind a proxy that limits callers itself.',
  },
  protectMetrics: { type: flag, env: ['BETRACE_PROTECT_METRICS'], default: false, doc: '`/metrics` needs the API key too.' },
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
