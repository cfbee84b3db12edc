import { editDistance } from '#base';
import type { JsonObject, JsonReader } from './json-reader.js';

/** The members of a span, an event, a link, a status or a scope, in snake_case; camelCase is accepted as well. */
export interface KnownMembers {
  readonly names: readonly string[];
  /** Their names in other formats. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Further names of the same member, each with the first. */
  readonly same?: Readonly<Record<string, string>>;
}

/**
 * Notes each unknown member: `unknown member 'durations', did you mean 'duration'?`. Notes two spellings of one member with different values, because a reader
 * could take either.
 */
export function refuseUnknownMembers(reader: JsonReader, object: JsonObject, { names, aliases = {}, same = {} }: KnownMembers): void {
  const spellings = new Map<string, string>();
  for (const member of Object.keys(object)) {
    // Finding the intended name takes longer than reading the body.
    if (reader.isFull) return;
    if (object[member] === null) continue;
    const name = snakeCase(member);
    if (names.includes(name)) {
      const meaning = (Object.hasOwn(same, name) ? same[name] : undefined) ?? name;
      const other = spellings.get(meaning);
      if (other === undefined) spellings.set(meaning, member);
      else if (object[other] !== object[member]) reader.fail(`'${other}' is the same member: leave one of them out`, member);
      continue;
    }
    const meant = (Object.hasOwn(aliases, name) ? aliases[name] : undefined) ?? nearest(name, names);
    const shown = member.length > 40 ? `${member.slice(0, 40)}…` : member;
    reader.fail(`unknown member '${shown}'${meant === undefined ? '' : `, did you mean '${meant}'?`}`, member);
  }
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const MAX_NAME_LENGTH = 40;

/** The name that differs in the fewest letters, at most two (one of a short name); swapped neighbours are one. */
function nearest(name: string, names: readonly string[]): string | undefined {
  if (name.length > MAX_NAME_LENGTH) return undefined;
  const limit = name.length < 5 ? 2 : 3;
  const [best] = names
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate, limit) }))
    .filter(({ distance }) => distance < limit)
    .sort((a, b) => a.distance - b.distance);
  return best?.candidate;
}
