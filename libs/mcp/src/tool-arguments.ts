import { z } from 'zod';
import { editDistance } from '#base';

/**
 * The arguments of a tool. An unknown one is refused, with the one that is meant: a model that misspells `severity` would else take the violations of all severities for
 * those that it asked for.
 */
export function toolArguments<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? issue.keys.map((key) => refusal(key, known)).join('; ') : undefined),
  });
}

function refusal(key: string, known: readonly string[]): string {
  // A third of its length may be wrong.
  const limit = Math.min(3, Math.ceil(key.length / 3)) + 1;
  const [nearest] = known
    .map((name) => ({ name, distance: editDistance(key.toLowerCase(), name, limit) }))
    .filter(({ distance }) => distance < limit)
    .toSorted((a, b) => a.distance - b.distance);
  const taken = known.length === 0 ? 'this tool takes no arguments' : `it takes ${known.join(', ')}`;
  return `unknown argument ${JSON.stringify(key.slice(0, 100))}${nearest === undefined ? '' : `; do you mean ${nearest.name}?`} (${taken})`;
}
