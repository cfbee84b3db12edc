/** Names of fields that are never logged, at the top of an object or up to two levels below. */
const SECRET_FIELDS = [
  'apiKey',
  'api_key',
  'authorization',
  'cookie',
  'databaseUrl',
  'password',
  'privateKey',
  'saslPassword',
  'signatureKey',
  '["x-api-key"]',
];

const below = (prefix: string, field: string) => (field.startsWith('[') ? `${prefix}${field}` : `${prefix}.${field}`);

export const REDACTED_PATHS: string[] = SECRET_FIELDS.flatMap((field) => [field, below('*', field), below('*.*', field)]);
