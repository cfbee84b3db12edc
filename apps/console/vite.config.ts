import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { latePartFor } from '../../libs/ui/src/checker/late-part-for.ts';

const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8'));
const out = join(import.meta.dirname, '../../dist/console');

/** Beside each text asset what the server sends to browsers that take it compressed: it never compresses while somebody waits. */
function compressed(): Plugin {
  return {
    name: 'betrace-compressed',
    apply: 'build',
    closeBundle() {
      const folder = join(out, 'assets');
      for (const name of readdirSync(folder).filter((file) => /\.(js|css|svg)$/.test(file))) {
        const content = readFileSync(join(folder, name));
        writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }));
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
      }
    },
  };
}

const libs = join(import.meta.dirname, '../../libs/');

const NOTHING = '\0betrace-nothing';

/** The checker without its heavy halves. Unused imports of the libs' sources are removed. */
function checkerParts(): Plugin {
  return {
    name: 'betrace-checker-parts',
    enforce: 'pre',
    // Fengari asks for these where it finds a process, which a page has not.
    resolveId: (specifier, importer = '') =>
      /^(?:fs|os)$/.test(specifier) && importer.includes('/fengari/') ? NOTHING : latePartFor(specifier, importer),
    load: (id) => (id === NOTHING ? 'export default {}' : undefined),
    transform: (_code, id) => (id.startsWith(libs) && !id.includes('/sandbox/bridge/') ? { moduleSideEffects: false } : undefined),
  };
}

export default defineConfig({
  base: '/ui/',
  plugins: [react(), checkerParts(), compressed()],
  worker: { format: 'es', plugins: () => [checkerParts()] },
  resolve: {
    alias: {
      '#ui': join(libs, 'ui/src'),
      ...Object.fromEntries(['base', 'dsl', 'records'].map((lib) => [`#${lib}`, join(libs, lib, 'src/index.ts')])),
    },
    // Also for the library of components: the packages of this folder.
    dedupe: Object.keys(dependencies),
  },
  build: {
    outDir: out,
    emptyOutDir: true,
    target: 'es2022',
    // An inlined asset is a data: URL, which the content security policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: Object.fromEntries(['/v1', '/health', '/ready', '/metrics'].map((path) => [path, 'http://127.0.0.1:12011'])) },
});
