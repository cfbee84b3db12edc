export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Makes a CRD's schema refuse unknown properties, unless it allows them explicitly. */
export function strict(value: Json): Json {
  if (Array.isArray(value)) return value.map(strict);
  if (!isObject(value)) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, child]) => [key, strict(child)]));
  const open = value['additionalProperties'] !== undefined || value['x-kubernetes-preserve-unknown-fields'] === true;
  return isObject(value['properties']) && value['type'] === 'object' && !open ? { ...inner, additionalProperties: false } : inner;
}
