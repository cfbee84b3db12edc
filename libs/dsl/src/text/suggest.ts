import { editDistance } from '#base';

/**
 * The known name that was probably meant, or undefined if none is similar: letters missing, added, changed or swapped (optimal string alignment).
 * Ignores case and underscores.
 */
export function suggest(name: string, names: Iterable<string>): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  const plainName = plain(name);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(plainName.length / 3)) + 1;
  for (const candidate of names) {
    const distance = editDistance(plainName, plain(candidate), bestDistance);
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

const MAX_LENGTH = 40;

function plain(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}
