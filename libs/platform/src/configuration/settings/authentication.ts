import { flag, type Setting, text } from '../setting.js';

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
  protectMetrics: { type: flag, env: ['BETRACE_PROTECT_METRICS'], default: false, doc: '`/metrics` needs the API key too.' },
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
