import { editDistance } from '#base';

/** The known name nearest to a mistyped one, if it is near enough (a third of its length, at most 3). */
export function suggest(name: string, names: Iterable<string>, limit = Math.min(3, Math.ceil(name.length / 3))): string | undefined {
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}
