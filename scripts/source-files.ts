import { globSync } from 'node:fs';
import { dirname } from 'node:path';

/** The repository's root, relative to dist/scripts/. */
export const repositoryRoot = dirname(dirname(import.meta.dirname));

/** Every source file of the root package, relative to it, without the front ends, which have build tools of their own. */
export function sourceFiles(): string[] {
  return globSync(['{apps,libs}/*/src/**/*.ts', '{test,bench,examples,scripts}/**/*.ts'], { cwd: repositoryRoot })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !/^(apps\/(console|grafana)|libs\/ui)\/|\/node_modules\//.test(file))
    .sort();
}

/** Every source file of the front ends and of their components, relative to the repository's root. They have build tools of their own, and the same rules of style. */
export function frontEndFiles(): string[] {
  return globSync(['apps/{console,grafana}/{src,test}/**/*.{ts,tsx}', 'libs/ui/src/**/*.{ts,tsx}'], { cwd: repositoryRoot })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !/\.generated\.ts$|\/node_modules\//.test(file))
    .sort();
}
