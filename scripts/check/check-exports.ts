// Checks that every export of a lib is used outside of it: an index file is a contract, not a list of all names. `npm run check` runs it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { frontEndFiles, repositoryRoot, sourceFiles } from '../source-files.js';

const INDEX = /^libs\/([a-z]+)\/src\/index\.ts$/;

/** The names that a text exports from other files: `export { a, type B, c as d } from './e.js'`. */
function exportedNames(text: string): string[] {
  return [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = '']) =>
    list
      .split(',')
      .map((one) => one.replace(/^\s*(?:type\s+)?(?:[\w$]+\s+as\s+)?/, '').trim())
      .filter((name) => name !== ''),
  );
}

/** The problems of a set of sources (file → text), one sentence each. */
export function exportProblems(sources: ReadonlyMap<string, string>): string[] {
  return [...sources].flatMap(([file, text]) => {
    const [, lib] = INDEX.exec(file) ?? [];
    return lib === undefined
      ? []
      : unusedOf(lib, exportedNames(text), sources).map((name) => `${file}: nobody outside of ${lib} uses ${name}`);
  });
}

function unusedOf(lib: string, names: readonly string[], sources: ReadonlyMap<string, string>): string[] {
  const importing = [...sources]
    .filter(
      ([file, text]) => !file.startsWith(`libs/${lib}/`) && (text.includes(`'#${lib}'`) || text.includes(`libs/${lib}/src/index.js'`)),
    )
    .map(([, text]) => new Set(text.match(/[\w$]+/g)));
  return names.filter((name) => !importing.some((words) => words.has(name)));
}

if (process.argv[1] === import.meta.filename) {
  const read = (file: string): [string, string] => [file, readFileSync(join(repositoryRoot, file), 'utf8')];
  const problems = exportProblems(new Map([...sourceFiles(), ...frontEndFiles()].map(read)));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
