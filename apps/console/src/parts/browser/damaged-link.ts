/** What is damaged in the address of a page. */
export interface DamagedLink {
  /** Whether the path cannot be decoded: then it is used undecoded. */
  readonly path: boolean;
  /** The parameters that were left out. */
  readonly parameters: readonly string[];
}

/** A parameter with these is damaged: the server refuses them. */
const CONTROL = /\p{Cc}/u;

const isControlled = (text: string): boolean => CONTROL.test(text.replaceAll(/[\t\n\r]/g, ''));

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

const isDamaged = (part: string): boolean => {
  const text = decoded(part);
  return text === undefined || isControlled(text);
};

/**
 * An address without the parameters that cannot be read: links are damaged by programs that decode them, or cut them in the middle of a character.
 * @returns the query that is left, and what is damaged; undefined: nothing is
 */
export function readable(pathname: string, search: string): { readonly search: string; readonly damaged: DamagedLink } | undefined {
  const parts = search.replace(/^\?/, '').split('&');
  const bad = parts.filter(isDamaged);
  const path = isDamaged(pathname);
  if (bad.length === 0 && !path) return undefined;
  const left = parts.filter((part) => part !== '' && !bad.includes(part)).join('&');
  const parameters = bad.map((part) => part.split('=', 1)[0] ?? '');
  return { search: left === '' ? '' : `?${left}`, damaged: { path, parameters: [...new Set(parameters)] } };
}

let found: DamagedLink | undefined;

/** Leaves out what cannot be read in the address of this window, before anything reads it. */
export function repairAddress(): void {
  const { pathname, search, hash } = location;
  const repaired = readable(pathname, search);
  found = repaired?.damaged;
  if (repaired !== undefined && repaired.search !== search) history.replaceState(history.state, '', pathname + repaired.search + hash);
}

/** What was damaged in the address with which this window was opened. */
export const damagedLink = (): DamagedLink | undefined => found;
