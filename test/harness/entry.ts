import { join } from 'node:path';
import { REPOSITORY } from './repository.js';

export type App = 'standalone' | 'ingest' | 'evaluator' | 'api' | 'cli';

/** What this run starts: `bundle.setup.mjs` has made it. Unset outside of jest, and empty where no bundle could be made. */
const BUNDLE = process.env['BETRACE_TEST_BUNDLE'] || undefined;

/** The file of an app that Node starts: that of the bundle, as the image does, or of dist/, as `npm start` does. */
export function entryOf(app: App, bundle = BUNDLE): string {
  return bundle === undefined ? compiledEntryOf(app) : join(bundle, `${app}.js`);
}

/** The file of an app in dist/, whatever else this run starts. */
export function compiledEntryOf(app: App): string {
  return join(REPOSITORY, 'dist', 'apps', app, 'src', 'main.js');
}

/** Node's flags as the image and `npm start` have them. Source maps of the bundle cost a start a fifth of its processor time. */
export function nodeFlagsOf(entry: string): readonly string[] {
  return entry.startsWith(join(REPOSITORY, 'dist', 'apps')) ? ['--enable-source-maps'] : [];
}

/** Where the processes of a run keep what V8 has compiled of their files: a start takes a quarter less of a core. */
export const COMPILE_CACHE: Readonly<Record<string, string>> = { NODE_COMPILE_CACHE: join(REPOSITORY, '.cache', 'compiled') };
