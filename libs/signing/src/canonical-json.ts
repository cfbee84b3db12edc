import { SigningError } from './problems.js';

/**
 * The canonical text of a JSON value (RFC 8785): no white space, members in the order of their names' UTF-16 code units,
 * numbers and strings as ECMAScript writes them. Members that are `undefined` are left out, as in JSON.stringify.
 *
 * Throws BT_SIGNING_NOT_JSON for what JSON cannot hold (NaN, infinities, bigint, functions, lone surrogates): two different
 * values must never have one text.
 */
export function canonicalJson(value: unknown): string {
  return write(value, '$');
}

function write(value: unknown, where: string): string {
  switch (typeof value) {
    case 'string':
      return text(value, where);
    case 'number':
      if (!Number.isFinite(value)) throw notJson(String(value), where);
      return JSON.stringify(value);
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? array(value, where) : object(value, where);
    default:
      throw notJson(`a ${typeof value}`, where);
  }
}

function array(items: readonly unknown[], where: string): string {
  return `[${Array.from(items, (item, i) => write(item, `${where}[${i}]`)).join(',')}]`;
}

function object(value: object, where: string): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  // A Map or a Date has no members, and would sign as {}.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw notJson(`a ${value.constructor.name}`, where);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  // The default order of strings is that of their UTF-16 code units.
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${text(name, where)}:${write(member, `${where}.${name}`)}`).join(',')}}`;
}

function text(value: string, where: string): string {
  if (!value.isWellFormed()) throw notJson('text with half a surrogate pair', where);
  return JSON.stringify(value);
}

function notJson(what: string, where: string): SigningError {
  return new SigningError('BT_SIGNING_NOT_JSON', { what, where });
}
