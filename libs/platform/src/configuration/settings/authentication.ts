import { flag, issuer, type Setting, text } from '../setting.js';

/** Who may ask what. */
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
  protectMetrics: { type: flag, env: ['BETRACE_PROTECT_METRICS'], default: false, doc: '`/metrics` needs the API key too.' },
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
