/**
 * The same value as JSON can hold it, so that it always has a canonical form, and says the same when it is read back: half a surrogate
 * pair becomes U+FFFD (in names of members too), a number that JSON has not `"Infinity"`, `"-Infinity"` or `"NaN"`, a bigint its
 * decimal text. Members that are `undefined` are left out; in an array they become null. It is the one place where a violation gets
 * its signable form; what is no data (functions, maps) is left to `canonicalJson` to refuse.
 */
export function signable<T>(value: T): T {
  return plain(value) as T;
}

function plain(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Array.from(value, (item) => (item === undefined ? null : plain(item)));
  if (!isPlain(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  // fromEntries defines members, so that one called `__proto__` is a member too.
  return Object.fromEntries(members.map(([name, member]) => [name.toWellFormed(), plain(member)]));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
