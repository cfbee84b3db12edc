// node test/faults/bundle.mjs FOLDER [APP ...]: processes of the bundle (default: standalone) in which faulty modules replace those that they
// extend (switches.ts lists the faults). For tests of the programs that must find the faults; `npm run bundle` does not use it.
import { join, resolve } from 'node:path';
import { processes, root, threads } from '../../deploy/bundle/rewritten.mjs';
import { bundler, ensureDependencies } from '../../scripts/toolchain.mjs';

const faults = join(root, 'dist', 'test', 'faults');
/** By the module that each replaces. */
const instead = new Map(
  Object.entries({
    'apps/ingest/src/intake/append.js': 'append.js',
    'apps/evaluator/src/partition/evaluator.js': 'evaluator.js',
    'apps/evaluator/src/publish/violation-publisher.js': 'violation-publisher.js',
    'libs/engine/src/rules/epoch-rules.js': 'epoch-rules.js',
  }).map(([right, wrong]) => [join(root, 'dist', right), join(faults, wrong)]),
);
const used = new Set();

const [folder, ...named] = process.argv.slice(2);
if (folder === undefined) throw new Error('name the folder');
const apps = named.length > 0 ? named : ['standalone'];
await ensureDependencies(bundler);
const { bundleInto } = await import('../../deploy/bundle/bundled.mjs');
await bundleInto(resolve(folder), { ...Object.fromEntries(apps.map((app) => [app, processes[app]])), ...threads }, [
  {
    name: 'faults',
    setup: ({ onResolve }) => {
      onResolve({ filter: /^\.{1,2}\/.*\.js$/ }, ({ path, resolveDir, importer }) => {
        const wrong = instead.get(join(resolveDir, path));
        if (wrong === undefined || importer === wrong) return undefined;
        used.add(wrong);
        return { path: wrong };
      });
    },
  },
]);
const unused = [...instead.values()].filter((wrong) => !used.has(wrong));
if (unused.length > 0) throw new Error(`no module imports what these replace: ${unused.join(', ')}`);
