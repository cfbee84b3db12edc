import { globSync } from 'node:fs';
import { dirname } from 'node:path';

/** The repository's root, seen from dist/scripts/. */
export const repositoryRoot = dirname(dirname(import.meta.dirname));

/** Every source file of the root package, relative to it; apps with a tool chain of their own are left out. */
export function sourceFiles(): string[] {
  return globSync(['{apps,libs}/*/src/**/*.ts', '{test,bench,examples,scripts}/**/*.ts'], { cwd: repositoryRoot })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !/^apps\/(console|grafana)\/|\/node_modules\//.test(file))
    .sort();
}
