import { z } from 'zod';
import { editDistance } from '#base';

/**
 * The schema of a tool's arguments. It refuses an unknown one, and names the one that was probably meant. Otherwise a model that misspells `severity` would get
 * the violations of all severities.
 */
export function toolArguments<Shape extends z.ZodRawShape>(shape: Shape) {
  const names = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? issue.keys.map((key) => refusal(key, names)).join('; ') : undefined),
  });
}

function refusal(key: string, names: readonly string[]): string {
  // A third of its characters may be wrong.
  const limit = Math.min(3, Math.ceil(key.length / 3)) + 1;
  const [nearest] = names
    .map((name) => ({ name, distance: editDistance(key.toLowerCase(), name, limit) }))
    .filter(({ distance }) => distance < limit)
    .toSorted((a, b) => a.distance - b.distance);
  const taken = names.length === 0 ? 'this tool takes no arguments' : `it takes ${names.join(', ')}`;
  return `unknown argument ${JSON.stringify(key.slice(0, 100))}${nearest === undefined ? '' : `; do you mean ${nearest.name}?`} (${taken})`;
}
