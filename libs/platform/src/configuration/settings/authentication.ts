import { flag, integer, issuer, type Setting, text } from '../setting.js';

/** Authentication and access. */
export const AUTHENTICATION = {
  apiKeyHeader: {
    type: text,
    env: ['BETRACE_API_KEY_HEADER'],
    default: 'X-API-Key',
    doc: 'Header (and gRPC metadata) with the API key.',
  },
  apiKey: {
    type: text,
    env: ['BETRACE_API_KEY'],
    secret: true,
    doc: 'When set, every request needs it (or a key of `api_keys_file`), but `/health` and `/ready`; it may do everything. Unset, and no file: no authentication.',
  },
  apiKeysFile: {
    type: text,
    env: ['BETRACE_API_KEYS_FILE'],
    doc: 'File (YAML or JSON) with keys that have names and scopes, hashed; `betrace keys new` makes one. It is read again when it changes.',
  },
  oidcIssuer: {
    type: issuer,
    env: ['BETRACE_OIDC_ISSUER'],
    doc: 'OpenID Connect issuer whose bearer tokens (JWT, `Authorization: Bearer …`) say who calls, as their claim `iss` has it; beside API keys or without any.',
  },
  oidcAudience: {
    type: text,
    env: ['BETRACE_OIDC_AUDIENCE'],
    doc: 'What the claim `aud` of tokens must name. Needed with `oidc_issuer`: an issuer makes tokens for others, too.',
  },
  oidcScopeClaim: {
    type: text,
    env: ['BETRACE_OIDC_SCOPE_CLAIM'],
    default: 'scope',
    doc: 'Claim with what a caller may do: words separated by spaces, or a list (`scp`, `roles`, `groups`).',
  },
  oidcScopePrefix: {
    type: text,
    env: ['BETRACE_OIDC_SCOPE_PREFIX'],
    default: 'betrace:',
    doc: 'What stands before `read`, `rules:write`, `ingest` and `admin` in that claim.',
  },
  oidcKeysUrl: {
    type: issuer,
    env: ['BETRACE_OIDC_KEYS_URL'],
    doc: "Where the issuer's keys are (JWKS). Unset: where its `/.well-known/openid-configuration` says.",
  },
  oidcConsoleClientId: {
    type: text,
    env: ['BETRACE_OIDC_CONSOLE_CLIENT_ID'],
    doc: 'Client by which people sign in to the console at `oidc_issuer`: a public one (no secret) with the authorization code flow and PKCE, and the redirect URI `<this server>/ui/signed-in`. Unset: the console takes pasted tokens.',
  },
  oidcConsoleScope: {
    type: text,
    env: ['BETRACE_OIDC_CONSOLE_SCOPE'],
    default: 'openid',
    doc: 'Scopes that the console asks of `oidc_issuer`, separated by spaces, like `openid betrace:read betrace:rules:write`.',
  },
  oidcConsoleParameters: {
    type: text,
    env: ['BETRACE_OIDC_CONSOLE_PARAMETERS'],
    doc: 'More parameters of its requests, as in a query: `resource=https://betrace.example.com` (RFC 8707) or `audience=betrace`, for issuers whose access tokens are else for themselves.',
  },
  wrongKeyLimit: {
    type: integer(0, 1_000),
    env: ['BETRACE_WRONG_KEY_LIMIT'],
    default: 60,
    doc: 'Different wrong keys and tokens that one address may bring in a minute. Beyond it unknown ones are refused without a look (429), also right ones; those that were right before are not. 0: no limit, for instance where all callers are behind one proxy that limits them itself.',
  },
  protectMetrics: { type: flag, env: ['BETRACE_PROTECT_METRICS'], default: false, doc: '`/metrics` needs the API key too.' },
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
