// For the builds of the console: the parts of the checker that a browser loads only when a text needs them.
import { join } from 'node:path';

const fileHere = (name: string): string => join(import.meta.dirname, name);
const PARTS = fileHere('late-parts.ts');
const PATTERNS = fileHere('late-patterns.ts');
const SCRIPTS = fileHere('late-scripts.ts');

/** The file that replaces an import; undefined: none. */
export function latePartFor(specifier: string, importer: string): string | undefined {
  if (specifier === 're2js') return importer === PARTS ? undefined : PATTERNS;
  return specifier.endsWith('/sandbox/sandbox.js') && importer.endsWith('/check/script/check-script.ts') ? SCRIPTS : undefined;
}
