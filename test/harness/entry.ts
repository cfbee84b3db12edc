import { join } from 'node:path';
import { REPOSITORY } from './repository.js';

export type App = 'standalone' | 'ingest' | 'evaluator' | 'api' | 'cli';

/** The bundle that this run starts, made by `bundle.setup.mjs`. Unset outside of jest, and empty if no bundle could be made. */
const BUNDLE = process.env['BETRACE_TEST_BUNDLE'] || undefined;

/** The app's file for Node: of the bundle, like the image, or of dist/, like `npm start`. */
export function entryOf(app: App, bundle = BUNDLE): string {
  return bundle === undefined ? compiledEntryOf(app) : join(bundle, `${app}.js`);
}

/** The app's file in dist/, whatever else this run starts. */
export function compiledEntryOf(app: App): string {
  return join(REPOSITORY, 'dist', 'apps', app, 'src', 'main.js');
}

/** Node's flags in the image and in `npm start`. Source maps of the bundle take a fifth of a start's CPU time. */
export function nodeFlagsOf(entry: string): readonly string[] {
  return entry.startsWith(join(REPOSITORY, 'dist', 'apps')) ? ['--enable-source-maps'] : [];
}

/** The compile cache of a run's processes, which saves a quarter of a start's CPU time. */
export const COMPILE_CACHE: Readonly<Record<string, string>> = { NODE_COMPILE_CACHE: join(REPOSITORY, '.cache', 'compiled') };
