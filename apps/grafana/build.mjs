// node build.mjs: the plugin to dist/grafana/betrace-app, as Grafana loads it. Run by `npm run build` of this folder.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { rspack } from '@rspack/core';
import { latePartFor } from '../../libs/ui/src/checker/late-part-for.ts';

const here = import.meta.dirname;
const root = resolve(here, '../..');
const out = join(root, 'dist/grafana/betrace-app');
const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));

/** What Grafana gives to plugins: one copy of each for all of them. */
export const SHARED = [
  'react',
  'react-dom',
  'react/jsx-runtime',
  'react-router',
  'rxjs',
  '@emotion/css',
  '@grafana/data',
  '@grafana/runtime',
  '@grafana/ui',
];

/** @returns {import('@rspack/core').Configuration} */
export const resolution = {
  extensions: ['.ts', '.tsx', '.mjs', '.js'],
  alias: {
    '#ui': join(root, 'libs/ui/src'),
    ...Object.fromEntries(['base', 'dsl', 'records'].map((lib) => [`#${lib}$`, join(root, `libs/${lib}/src/index.ts`)])),
  },
  extensionAlias: { '.js': ['.ts', '.js'] },
  // Also for the library of components: the packages of this folder. Those of the language's checker are the server's.
  modules: [join(here, 'node_modules'), join(root, 'node_modules')],
  // Fengari asks for these where it finds a process, which a page has not.
  fallback: { fs: false, os: false },
};
export const rules = [
  {
    test: /\.tsx?$/,
    loader: 'builtin:swc-loader',
    options: { jsc: { target: 'es2022', parser: { syntax: 'typescript', tsx: true }, transform: { react: { runtime: 'automatic' } } } },
    type: 'javascript/auto',
  },
];

/** Runs a configuration to its end; `quiet`: warnings are not told. */
export async function bundle(configuration, quiet = false) {
  const stats = await new Promise((done, fail) => rspack(configuration, (error, result) => (error ? fail(error) : done(result))));
  const { errors = [], warnings = [] } = stats.toJson({ all: false, errors: true, warnings: true });
  for (const { message } of quiet ? errors : [...errors, ...warnings]) process.stderr.write(`${message}\n`);
  if (errors.length > 0) throw new Error('the plugin was not built; see the messages above');
}

/** Files as they are, with version and day in what describes the plugin. */
function copyFiles() {
  const today = new Date().toISOString().slice(0, 10);
  for (const name of ['plugin.json', 'datasource/plugin.json']) {
    const text = readFileSync(join(here, 'src', name), 'utf8')
      .replaceAll('%VERSION%', version)
      .replaceAll('%TODAY%', today);
    mkdirSync(dirname(join(out, name)), { recursive: true });
    writeFileSync(join(out, name), text);
  }
  for (const name of ['img', 'datasource/img', 'dashboards']) cpSync(join(here, 'src', name), join(out, name), { recursive: true });
  // Over BeTrace's metrics in Prometheus: the same files as elsewhere.
  cpSync(join(root, 'deploy/grafana/dashboards'), join(out, 'dashboards'), { recursive: true });
  for (const name of ['README.md', 'CHANGELOG.md']) cpSync(join(name === 'README.md' ? here : root, name), join(out, name));
  cpSync(join(root, 'LICENSE'), join(out, 'LICENSE'));
}

async function buildPlugin() {
  rmSync(out, { recursive: true, force: true });
  await bundle({
    mode: 'production',
    context: here,
    entry: { module: './src/module.tsx', 'datasource/module': './src/datasource/module.ts' },
    target: ['web', 'es2022'],
    externals: [{ 'amd-module': 'module' }, ...SHARED],
    externalsType: 'amd',
    resolve: resolution,
    module: {
      rules: [
        ...rules,
        { test: /\.css$/, type: 'asset/source' },
        // Unused imports of the language's sources are removed, as in the console.
        { include: join(root, 'libs'), exclude: /\/sandbox\/bridge\//, sideEffects: false },
      ],
    },
    plugins: [
      new rspack.NormalModuleReplacementPlugin(/^re2js$|\/sandbox\/sandbox\.js$/, (asked) => {
        asked.request = latePartFor(asked.request, asked.contextInfo.issuer) ?? asked.request;
      }),
    ],
    output: {
      path: out,
      filename: '[name].js',
      chunkFilename: 'chunks/[contenthash].js',
      library: { type: 'amd' },
      publicPath: 'public/plugins/betrace-app/',
      uniqueName: 'betrace-app',
    },
    devtool: 'source-map',
    // The editor is one chunk that is loaded where a rule is edited.
    performance: { maxAssetSize: 400_000 },
  });
  copyFiles();
}

if (process.argv[1] === import.meta.filename) await buildPlugin();
