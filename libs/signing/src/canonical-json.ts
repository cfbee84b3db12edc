import { SigningError } from './problems.js';

/**
 * The canonical text of a JSON value (RFC 8785): no white space, members in the order of their names' UTF-16 code units,
 * numbers and strings as ECMAScript writes them. Members that are `undefined` are left out, as in JSON.stringify.
 *
 * Throws BT_SIGNING_NOT_JSON for what JSON cannot hold (NaN, infinities, bigint, functions, lone surrogates): two different
 * values must never have one text.
 */
export function canonicalJson(value: unknown): string {
  const text = canonical(value);
  if (text === undefined) throw refusal(value, '$');
  return text;
}

/** Undefined for a value outside JSON: only then is its place sought. */
function canonical(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? JSON.stringify(value) : undefined;
    case 'number':
      return Number.isFinite(value) ? String(value) : undefined;
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? array(value) : object(value);
    default:
      return undefined;
  }
}

function array(items: readonly unknown[]): string | undefined {
  let text = '[';
  for (let i = 0; i < items.length; i++) {
    const item = canonical(items[i]);
    if (item === undefined) return undefined;
    text += i === 0 ? item : `,${item}`;
  }
  return `${text}]`;
}

function object(value: object): string | undefined {
  if (!isPlain(value)) return undefined;
  let text = '{';
  for (const name of namesOf(value)) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (member === undefined) continue;
    const written = canonical(member);
    if (written === undefined || !name.isWellFormed()) return undefined;
    text += `${text.length === 1 ? '' : ','}${JSON.stringify(name)}:${written}`;
  }
  return `${text}}`;
}

/** In the default order of strings, which is that of their UTF-16 code units. */
function namesOf(value: object): readonly string[] {
  const names = Object.keys(value);
  for (let i = 1; i < names.length; i++) if (names[i - 1]! > names[i]!) return names.sort();
  return names;
}

/** A Map or a Date has no members, and would be signed as {}. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The value that JSON cannot hold, and its path. */
function refusal(value: unknown, where: string): SigningError {
  if (typeof value === 'string') return notJson('text with half a surrogate pair', where);
  if (typeof value === 'number') return notJson(String(value), where);
  if (typeof value !== 'object' || value === null) return notJson(`a ${typeof value}`, where);
  if (!Array.isArray(value) && !isPlain(value)) return notJson(`a ${value.constructor.name}`, where);
  const members = Array.isArray(value)
    ? Array.from(value, (item: unknown, i) => [`${where}[${i}]`, item] as const)
    : Object.entries(value).map(([name, member]) => [`${where}.${name}`, member] as const);
  const lone = Array.isArray(value) ? undefined : Object.keys(value).find((name) => !name.isWellFormed());
  const found = members.find(([, member]) => (member !== undefined || Array.isArray(value)) && canonical(member) === undefined);
  return found === undefined || lone !== undefined ? notJson('text with half a surrogate pair', where) : refusal(found[1], found[0]);
}

function notJson(what: string, where: string): SigningError {
  return new SigningError('BT_SIGNING_NOT_JSON', { what, where });
}
