// npm run bundle: the production code with its packages as a few files in dist/bundle, for the image and the npm package.
// What TypeScript has compiled is bundled, so that decorators keep their metadata.
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { build } from 'esbuild';

const root = dirname(dirname(import.meta.dirname));
const out = join(root, 'dist', 'bundle');
const of = createRequire(join(root, 'package.json'));
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Entries of processes, and of threads under the names that `threadEntries` gives them. */
const entries = {
  ...Object.fromEntries(['standalone', 'ingest', 'evaluator', 'api', 'cli'].map((app) => [app, `dist/apps/${app}/src/main.js`])),
  'evaluator-thread': 'dist/apps/evaluator/src/threads/thread.js',
  'expression-thread': 'dist/apps/api/src/expressions/thread.js',
  'preview-thread': 'dist/apps/api/src/preview/thread.js',
  'writer-thread': 'dist/libs/messaging/src/embedded/write/writer-thread.js',
  'store-thread': 'dist/libs/store/src/sqlite/thread.js',
};

/** A thread's file lies beside its owner in dist, and beside all others in the bundle. */
const nameOfThread = new Map(Object.entries(entries).map(([name, file]) => [join(root, file), name]));
const threadEntries = (text, file) =>
  text.replace(/new URL\('(\.\/[\w-]*thread\.js)', import\.meta\.url\)/g, (_, path) => {
    const name = nameOfThread.get(join(dirname(file), path));
    if (name === undefined) throw new Error(`${file}: ${path} is no entry of the bundle`);
    return `new URL('./${name}.js', import.meta.url)`;
  });

/** `createRequire` hides from bundlers what is loaded; a plain `require` is bundled, and still loaded when it is called. */
const plainRequires = (text) =>
  text
    .replace(/^const (load|require) = createRequire\(import\.meta\.url\);$/m, '')
    .replace(/\bload\((['"][@\w./-]+['"])\)/g, 'require($1)')
    .replace(/createRequire\(import\.meta\.url\)\((['"][@\w./-]+['"])\)/g, 'require($1)');

/** What Node lets import by name of a CommonJS package; undefined when it is no such package, or not there. */
async function commonJsNames(path, resolveDir) {
  try {
    const found = createRequire(join(resolveDir, 'from.js')).resolve(path);
    const all = await import(found);
    return 'module.exports' in all ? Object.keys(all).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default') : undefined;
  } catch {
    return undefined;
  }
}

const rewritten = {
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
      const contents = threadEntries(text.includes('createRequire') ? plainRequires(text) : text, path);
      return { contents, loader: 'js', resolveDir: dirname(path) };
    });
    // Chunks are not always evaluated in the order of their imports. Decorators need this one first: each file imports it before all others (the banner).
    onResolve({ filter: /^reflect-metadata$/ }, () => ({ path: 'reflect-metadata', namespace: 'first' }));
    onLoad({ filter: /.*/, namespace: 'first' }, () => ({ contents: '' }));
    // esbuild gives what is imported later nothing of a CommonJS module but its default; Node gives it names, too.
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
    // Nest names packages that it can do without; those that are not installed stay names, and fail where they are asked for.
    onResolve({ filter: /^[@a-z]/ }, ({ path, kind, resolveDir }) => {
      if (kind === 'entry-point' || builtinModules.includes(path) || path.startsWith('node:')) return undefined;
      if (kind === 'import-statement' || !/node_modules/.test(resolveDir)) return undefined;
      try {
        const found = createRequire(join(resolveDir, 'from.js')).resolve(path);
        const [folder] = /node_modules\/(?:@[^/]+\/)?[^/]+(?:\/node_modules\/(?:@[^/]+\/)?[^/]+)*/.exec(found.replaceAll('\\', '/')) ?? [];
        // Nor do those that only the tests have.
        return folder !== undefined && lock[folder]?.dev ? { path, external: true } : undefined;
      } catch {
        return { path, external: true };
      }
    });
  },
};

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
  plugins: [rewritten],
  banner: {
    js: "import'./reflect-metadata.js';import{createRequire as betraceRequire}from'node:module';const require=betraceRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;",
  },
});

const reflect = dirname(of.resolve('reflect-metadata'));
cpSync(join(reflect, 'Reflect.js'), join(out, 'reflect-metadata.js'));

// What is read at run time as files: the console, and the page of the API.
const console = join(root, 'dist', 'console');
if (existsSync(console)) cpSync(console, join(out, 'console'), { recursive: true, filter: (file) => basename(file) !== '.build-stamp' });
const swagger = dirname(of.resolve('swagger-ui-dist/package.json'));
mkdirSync(join(out, 'swagger-ui'));
for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png', 'LICENSE', 'NOTICE'])
  cpSync(join(swagger, file), join(out, 'swagger-ui', file));

/** Names, versions and licences of the packages whose code is in the bundle. */
const folders = new Set(
  Object.keys(metafile.inputs).flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(relative(root, join(root, input)))?.[0] ?? []),
);
for (const folder of [swagger, reflect]) folders.add(relative(root, folder));
// The console is built by Vite, of its production packages.
const consoleLock = JSON.parse(readFileSync(join(root, 'apps', 'console', 'package-lock.json'), 'utf8')).packages;
for (const [folder, { dev, optional }] of Object.entries(consoleLock)) if (folder !== '' && !dev && !optional) folders.add(join('apps', 'console', folder));
const packages = [...folders].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const [file] = globSync('{LICEN[CS]E,LICEN[CS]E.*,LICEN[CS]E-*,licen[cs]e,licen[cs]e.*,COPYING*}', { cwd: join(root, folder) }).sort();
  return { name, version, license, text: file === undefined ? `Licence: ${license}` : readFileSync(join(root, folder, file), 'utf8').trim() };
});
const notices = packages.map(({ name, version, text }) => `${name} ${version}\n\n${text}\n`);
writeFileSync(join(out, 'THIRD-PARTY-NOTICES.txt'), notices.join(`\n${'-'.repeat(100)}\n\n`));
cpSync(join(root, 'LICENSE'), join(out, 'LICENSE'));
/** A package URL, by which scanners know it. */
const purl = ({ name, version }) => `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
const components = new Map(
  packages.map((one) => [
    purl(one),
    { type: 'library', 'bom-ref': purl(one), name: one.name, version: one.version, purl: purl(one), licenses: [{ expression: one.license }] },
  ]),
);
const self = { type: 'application', 'bom-ref': purl(manifest), name: manifest.name, version: manifest.version, purl: purl(manifest) };
const sbom = { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, metadata: { component: self }, components: [...components.values()] };
writeFileSync(join(out, 'sbom.cdx.json'), `${JSON.stringify(sbom, undefined, 2)}\n`);
const { name, version, description, license } = manifest;
const own = { name, version, description, license, type: 'module', bin: { betrace: 'cli.js' }, engines: { node: '>=24' } };
writeFileSync(join(out, 'package.json'), `${JSON.stringify(own, undefined, 2)}\n`);
const size = Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
process.stderr.write(`betrace: bundled ${packages.length} packages, ${(size / 2 ** 20).toFixed(1)} MiB with source maps, in dist/bundle\n`);
