// Bundles compiled entries with their packages into a few files of a folder: for the bundle, and for the test build with faults (test/faults).
import { cpSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { rewritten, root } from './rewritten.mjs';

const of = createRequire(join(root, 'package.json'));
export const reflect = dirname(of.resolve('reflect-metadata'));

/**
 * Empties a folder and fills it; returns esbuild's metafile.
 *
 * @param entries files of dist/ by the names that they get
 * @param plugins of esbuild, which come first
 */
export async function bundleInto(out, entries, plugins = []) {
  rmSync(out, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: Object.entries(entries).map(([name, file]) => ({ in: file, out: name })),
    outdir: out,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    keepNames: true,
    legalComments: 'none',
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
    plugins: [...plugins, rewritten({ urlOfThread: (name) => `new URL('./${name}.js', import.meta.url)` })],
    banner: {
      js: "import'./reflect-metadata.js';import{createRequire as betraceRequire}from'node:module';const require=betraceRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;",
    },
  });
  cpSync(join(reflect, 'Reflect.js'), join(out, 'reflect-metadata.js'));
  return metafile;
}
