/**
 * The same value as JSON can hold it. It always has a canonical form, and means the same when it is read back. Half a surrogate pair becomes U+FFFD, in names
 * of members too. Other numbers become `"Infinity"`, `"-Infinity"` or `"NaN"`, a bigint its decimal text. Members that are `undefined` are left out; in an
 * array they become null. Only here does a violation get its signable form. `canonicalJson` refuses what is not data (functions, maps).
 */
export function signable<T>(value: T): T {
  return plain(value) as T;
}

/** The value itself where nothing has to change, as in nearly all cases. */
function plain(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return plainArray(value);
  return isPlain(value) ? plainObject(value as Readonly<Record<string, unknown>>) : value;
}

function plainArray(items: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let i = 0; i < items.length; i++) {
    const item = items[i] === undefined ? null : plain(items[i]);
    if (copy === undefined && item !== items[i]) copy = items.slice(0, i);
    copy?.push(item);
  }
  return copy ?? items;
}

/** Each member is visited once, however deep a change is. */
function plainObject(value: Readonly<Record<string, unknown>>): object {
  const names = Object.keys(value);
  let copy: [string, unknown][] | undefined;
  for (const [i, name] of names.entries()) {
    const member = plain(value[name]);
    const wellFormed = name.toWellFormed();
    if (copy === undefined && (member === undefined || member !== value[name] || wellFormed !== name)) {
      copy = names.slice(0, i).map((before) => [before, value[before]]);
    }
    if (member !== undefined) copy?.push([wellFormed, member]);
  }
  // fromEntries defines members, so that one called `__proto__` is a member too.
  return copy === undefined ? value : Object.fromEntries(copy);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
