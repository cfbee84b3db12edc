// For the bundle and the single executable: the entries of the compiled code, and changes where a bundler would not see an import.
import { readFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export const root = dirname(dirname(import.meta.dirname));
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;

/** Entries of processes. */
export const processes = Object.fromEntries(
  ['standalone', 'ingest', 'evaluator', 'api', 'cli'].map((app) => [app, `dist/apps/${app}/src/main.js`]),
);

/** Entries of threads, by their file names in the folder of the processes. */
export const threads = {
  'evaluator-thread': 'dist/apps/evaluator/src/threads/thread.js',
  'expression-thread': 'dist/apps/api/src/expressions/thread.js',
  'preview-thread': 'dist/apps/api/src/preview/thread.js',
  'writer-thread': 'dist/libs/messaging/src/embedded/write/writer-thread.js',
  'store-thread': 'dist/libs/store/src/sqlite/thread.js',
};

/** In dist, the file of a thread is next to its owner; in the bundle it is elsewhere. */
const nameOfThread = new Map(Object.entries(threads).map(([name, file]) => [join(root, file), name]));
const threadEntries = (text, file, urlOfThread) =>
  text.replace(/new URL\('(\.\/[\w-]*thread\.js)', import\.meta\.url\)/g, (_, path) => {
    const name = nameOfThread.get(join(dirname(file), path));
    if (name === undefined) throw new Error(`${file}: ${path} is not an entry of the bundle`);
    return urlOfThread(name);
  });

/** `createRequire` hides from bundlers what is loaded; a plain `require` is bundled, and still loaded when it is called. */
const plainRequires = (text) =>
  text
    .replace(/^const (load|require) = createRequire\(import\.meta\.url\);$/m, '')
    .replace(/\bload\((['"][@\w./-]+['"])\)/g, 'require($1)')
    .replace(/createRequire\(import\.meta\.url\)\((['"][@\w./-]+['"])\)/g, 'require($1)');

/** The names that Node can import from a CommonJS package; undefined if it is not a CommonJS package, or is not installed. */
async function commonJsNames(path, resolveDir) {
  try {
    const found = createRequire(join(resolveDir, 'from.js')).resolve(path);
    const all = await import(found);
    return 'module.exports' in all ? Object.keys(all).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default') : undefined;
  } catch {
    return undefined;
  }
}

/**
 * An esbuild plugin that changes the compiled code so that it can be bundled.
 *
 * @param urlOfThread the JavaScript expression that stands for the entry of a thread, by its name
 * @param edit further changes of a file of dist/, by its text and path
 */
export const rewritten = ({ urlOfThread, edit = (text) => text }) => ({
  name: 'rewritten',
  setup({ onLoad, onResolve, resolve }) {
    // The package says that its modules have no side effects; this one fills the table of the others.
    onResolve({ filter: /^fengari\/src\/lua\.js$/ }, async ({ path, pluginData, ...rest }) => {
      if (pluginData === rewritten) return undefined;
      const { path: found } = await resolve(path, { kind: rest.kind, resolveDir: rest.resolveDir, pluginData: rewritten });
      return { path: found, sideEffects: true };
    });
    onLoad({ filter: /[\\/](dist[\\/](apps|libs)|node_modules[\\/]@nestjs)[\\/].*\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = edit(threadEntries(text.includes('createRequire') ? plainRequires(text) : text, path, urlOfThread), path);
      return { contents, loader: 'js', resolveDir: dirname(path) };
    });
    // Chunks are not always evaluated in the order of their imports. Decorators need this one first: each file imports it before all others (the banner).
    onResolve({ filter: /^reflect-metadata$/ }, () => ({ path: 'reflect-metadata', namespace: 'first' }));
    onLoad({ filter: /.*/, namespace: 'first' }, () => ({ contents: '' }));
    // For a dynamic import of a CommonJS module, esbuild provides only the default export. Node provides names, too.
    onResolve({ filter: /^[@a-z]/ }, async ({ path, kind, resolveDir, pluginData }) => {
      if (kind !== 'dynamic-import' || pluginData === rewritten || builtinModules.includes(path) || path.startsWith('node:')) return undefined;
      const names = await commonJsNames(path, resolveDir);
      if (names === undefined) return undefined;
      return { path: `${path.replaceAll(/\W/g, '-')}-by-name`, namespace: 'named', pluginData: { path, names, resolveDir } };
    });
    onLoad({ filter: /.*/, namespace: 'named' }, ({ pluginData: { path, names, resolveDir } }) => ({
      contents: `import * as all from ${JSON.stringify(path)};\nexport default all.default ?? all;\nexport const { ${names.join(', ')} } = all;\n`,
      resolveDir,
    }));
    // Nest imports optional packages. Those that are not installed stay external: importing them fails at run time.
    onResolve({ filter: /^[@a-z]/ }, ({ path, kind, resolveDir }) => {
      if (kind === 'entry-point' || builtinModules.includes(path) || path.startsWith('node:')) return undefined;
      if (kind === 'import-statement' || !/node_modules/.test(resolveDir)) return undefined;
      try {
        const found = createRequire(join(resolveDir, 'from.js')).resolve(path);
        const [folder] = /node_modules\/(?:@[^/]+\/)?[^/]+(?:\/node_modules\/(?:@[^/]+\/)?[^/]+)*/.exec(found.replaceAll('\\', '/')) ?? [];
        // Packages that only the tests use stay external, too.
        return folder !== undefined && lock[folder]?.dev ? { path, external: true } : undefined;
      } catch {
        return { path, external: true };
      }
    });
  },
});
