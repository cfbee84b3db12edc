// Checks file and folder names: kebab-case, and named after the contents; limits are maxima and minima. `npm run check` runs it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { consoleFiles, repositoryRoot, sourceFiles } from '../source-files.js';

const folder = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const file = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*\.tsx?$/;
const sayNothing = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'manager', 'managers', 'misc', 'shared']);

/** The problems of one path, one sentence each. */
export function nameProblems(path: string): string[] {
  const parts = path.split('/');
  return parts.flatMap((part, index) => {
    const pattern = index === parts.length - 1 ? file : folder;
    if (!pattern.test(part)) return [`${path}: "${part}" is not kebab-case`];
    const stem = part.split('.')[0] ?? '';
    const empty = sayNothing.has(stem) || [...sayNothing].some((word) => stem.endsWith(`-${word}`));
    return empty ? [`${path}: "${stem}" does not say what it is; name it after its main export`] : [];
  });
}

const vagueLimit = /\bconst (MOST|LONGEST|LARGEST|LEAST|SHORTEST|FEWEST)(?:: \w+)? = [\d(]/g;

/** Names of limits that do not say what they limit, one sentence each. */
export function limitProblems(path: string, text: string): string[] {
  return [...text.matchAll(vagueLimit)].map(([, name]) => `${path}: "${name}" is a limit; name it MAX_… or MIN_… after what it limits`);
}

if (process.argv[1] === import.meta.filename) {
  const paths = [...new Set([...sourceFiles(), ...consoleFiles()])];
  const problems = paths.flatMap((path) => [
    ...nameProblems(path),
    ...limitProblems(path, readFileSync(join(repositoryRoot, path), 'utf8')),
  ]);
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
