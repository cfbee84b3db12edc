import { Problem } from './problem.js';

/** Maximum members of an object, and items of a list below the body's own lists: no route accepts as many. */
const MAX_MEMBERS = 100;
const MAX_ITEMS = 1_000;

/**
 * Refuses (BT_HTTP_INVALID) bodies whose validation would block the process. class-validator compares each unknown member with all others, and checks every
 * item of a list that is too long. A body of 200,000 members took a minute and a half.
 *
 * @param body a parsed body or query; its own lists may be of any length
 */
export function refuseUnwieldy(body: object): void {
  const left: (readonly [value: object, path: string])[] = [[body, '']];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [value, path] = next;
    const isList = Array.isArray(value);
    const names = Object.keys(value);
    if (!isList && names.length > MAX_MEMBERS) throw tooMany(path, `${names.length} members`, `${MAX_MEMBERS}`);
    if (isList && names.length > MAX_ITEMS && /[.[]/.test(path)) throw tooMany(path, `${names.length} items`, `${MAX_ITEMS}`);
    for (const name of names) {
      const inner = (value as Readonly<Record<string, unknown>>)[name];
      if (typeof inner !== 'object' || inner === null) continue;
      left.push([inner, isList ? `${path}[${name}]` : path === '' ? name.slice(0, 100) : `${path}.${name.slice(0, 100)}`]);
    }
  }
}

function tooMany(path: string, found: string, max: string): Problem {
  const message = `${path === '' ? 'the request' : path} has ${found}; at most ${max} are taken`;
  return new Problem('BT_HTTP_INVALID', message, { errors: [{ ...(path === '' ? {} : { path }), message }] });
}
