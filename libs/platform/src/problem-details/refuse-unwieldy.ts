import { Problem } from './problem.js';

/** Members of an object and items of a list below the body's own lists: no body that a route takes has as many. */
const MAX_MEMBERS = 100;
const MAX_ITEMS = 1_000;

/**
 * Refuses (BT_HTTP_INVALID) what would keep everybody else waiting while it is looked at. class-validator looks up each unknown member among all of them, and looks at every
 * item of a list that is too long. A body of 200,000 members held up a process for a minute and a half.
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
