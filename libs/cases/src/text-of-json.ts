import type { JsonValue } from '#otlp';

/** JSON text of a value; integers keep all their digits. */
export function textOfJson(value: JsonValue): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(textOfJson).join(',')}]`;
  return `{${Object.entries(value)
    .map(([name, member]) => `${JSON.stringify(name)}:${textOfJson(member as JsonValue)}`)
    .join(',')}}`;
}
