import type { JsonObject, JsonReader } from './json-reader.js';

/** The members of a span, an event, a link, a status or a scope, in snake_case; camelCase is accepted as well. */
export interface KnownMembers {
  readonly names: readonly string[];
  /** Their names in other formats. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/** Notes each unknown member: `unknown member 'durations', did you mean 'duration'?`. */
export function refuseUnknownMembers(reader: JsonReader, object: JsonObject, { names, aliases = {} }: KnownMembers): void {
  for (const member of Object.keys(object)) {
    // Finding the intended name takes longer than reading the body.
    if (reader.isFull) return;
    if (object[member] === null) continue;
    const name = snakeCase(member);
    if (names.includes(name)) continue;
    const meant = (Object.hasOwn(aliases, name) ? aliases[name] : undefined) ?? nearest(name, names);
    const shown = member.length > 40 ? `${member.slice(0, 40)}…` : member;
    reader.fail(`unknown member '${shown}'${meant === undefined ? '' : `, did you mean '${meant}'?`}`, member);
  }
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const MAX_NAME_LENGTH = 40;

/** The name that differs in the fewest letters, at most two (one of a short name). */
function nearest(name: string, names: readonly string[]): string | undefined {
  if (name.length > MAX_NAME_LENGTH) return undefined;
  const [best] = names
    .map((candidate) => ({ candidate, distance: distanceBetween(name, candidate) }))
    .filter(({ distance }) => distance <= (name.length < 5 ? 1 : 2))
    .sort((a, b) => a.distance - b.distance);
  return best?.candidate;
}

/** Letters added, left out or changed. */
function distanceBetween(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const changed = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(changed, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
