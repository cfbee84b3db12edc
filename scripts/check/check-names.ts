// File and folder names: kebab-case, and named after what is in them. `npm run check` runs it.
import { consoleFiles, sourceFiles } from '../source-files.js';

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

if (process.argv[1] === import.meta.filename) {
  const problems = [...new Set([...sourceFiles(), ...consoleFiles()].flatMap(nameProblems))];
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
