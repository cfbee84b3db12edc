import { createRequire } from 'node:module';
import { didYouMean } from '../configuration/configuration-error.js';
import { suggest } from '../configuration/suggest.js';
import { type KeyScope, SCOPES } from './scopes.js';

/** A key in the file, which holds only its hash. */
export interface NamedKey {
  /** The author's name in changes. */
  readonly name: string;
  /** SHA-256 of the key. Keys are random (256 bits), so a slow hash would add nothing. */
  readonly hash: Buffer;
  readonly scopes: readonly KeyScope[];
}

const NAME = /^[\w.@-]{1,64}$/;
const HASH = /^[0-9a-f]{64}$/;
const MAX_KEYS = 10_000;
const MEMBERS = ['name', 'sha256', 'scopes'];

/** Loads the YAML parser on demand. */
const load = createRequire(import.meta.url);

/**
 * Reads a YAML or JSON file of keys: `keys:` with a list of `name`, `sha256` and `scopes`. Throws an Error that names every mistake and no secret. A file with
 * one mistake is refused as a whole.
 */
export function readKeys(text: string): readonly NamedKey[] {
  const { parseDocument } = load('yaml') as typeof import('yaml');
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw new Error(`it is neither YAML nor JSON: line ${error.linePos?.[0].line ?? '?'} cannot be read`);
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  const { keys, ...others } = isRecord(value) ? value : {};
  const wrong: string[] = Object.keys(others).map((member) => `there is no ${JSON.stringify(member)}; the keys are a list under "keys"`);
  if (!Array.isArray(keys)) throw new Error([...wrong, 'it has no list "keys"'].join('; '));
  if (keys.length > MAX_KEYS) throw new Error(`it has ${keys.length} keys, and at most ${MAX_KEYS} are taken`);
  const found = keys.flatMap((entry: unknown, n) => {
    const problems = problemsOf(entry).map((problem) => `key ${n + 1} ${problem}`);
    wrong.push(...problems);
    if (problems.length > 0) return [];
    const { name, sha256, scopes } = entry as { readonly name: string; readonly sha256: string; readonly scopes: readonly KeyScope[] };
    return [{ name, hash: Buffer.from(sha256, 'hex'), scopes }];
  });
  const names = found.map(({ name }) => name);
  const hashes = found.map(({ hash }) => hash.toString('hex'));
  for (const n of found.keys()) {
    if (names.indexOf(names[n]!) < n) wrong.push(`key ${n + 1} has the name of another`);
    if (hashes.indexOf(hashes[n]!) < n) wrong.push(`key ${n + 1} has the sha256 of another`);
  }
  if (wrong.length > 0) throw new Error(wrong.join('; '));
  return found;
}

function problemsOf(entry: unknown): readonly string[] {
  if (!isRecord(entry)) return ['is not an object with "name", "sha256" and "scopes"'];
  const unknown = Object.keys(entry).filter((member) => !MEMBERS.includes(member));
  const problems = unknown.map((member) => `has the unknown member ${JSON.stringify(member)}${didYouMean(suggest(member, MEMBERS))}`);
  const { name, sha256, scopes } = entry;
  if (typeof name !== 'string' || !NAME.test(name)) problems.push('has no "name" of 1 to 64 letters, digits, dots, dashes, @ or _');
  if (typeof sha256 !== 'string' || !HASH.test(sha256)) problems.push('has no "sha256" of 64 lower-case hex digits');
  const known = new Set<unknown>(SCOPES);
  if (!Array.isArray(scopes) || scopes.length === 0 || !scopes.every((scope) => known.has(scope)))
    problems.push(`has no "scopes" of ${SCOPES.join(', ')}`);
  return problems;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
