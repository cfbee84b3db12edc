// node build-host.mjs 12|13: the host page of the tests, the packages of that Grafana as one script. Never part of the plugin.
import { join, resolve } from 'node:path';
import { rspack } from '@rspack/core';
import { bundle, resolution, rules } from '../../build.mjs';

const app = resolve(import.meta.dirname, '../..');
const major = process.argv[2] ?? '13';
/** The plugin is built against the newest; what an older one gives to plugins is in a folder of its own. */
const packages = join(app, ...(major === '13' ? [] : ['test', `grafana-${major}`]), 'node_modules');

await bundle(
  {
    mode: 'production',
    context: app,
    entry: './test/host/host.tsx',
    target: ['web', 'es2022'],
    optimization: { minimize: false, splitChunks: false },
    performance: false,
    devtool: false,
    resolve: {
      ...resolution,
      modules: [packages, 'node_modules'],
      // Grafana's own, which its package does not export.
      alias: { 'grafana-plugin-page': join(packages, '@grafana/runtime/dist/esm/components/PluginPage.mjs') },
    },
    module: {
      rules: [
        ...rules,
        // `auto`: a default import is that of the package, as in Grafana, not its whole CommonJS module, as in Node.
        { test: /\.m?js$/, type: 'javascript/auto', resolve: { fullySpecified: false } },
        { test: /\.css$/, type: 'asset/source' },
        { test: /\.(svg|png|woff2?|ttf)$/, type: 'asset/inline' },
      ],
    },
    // SystemJS has a global `define`, which lodash would take for itself.
    plugins: [
      new rspack.DefinePlugin({ define: 'undefined', 'typeof define': '"undefined"' }),
      new rspack.optimize.LimitChunkCountPlugin({ maxChunks: 1 }),
    ],
    output: { path: resolve(app, `../../dist/grafana/host-${major}`), filename: 'host.js', clean: true },
  },
  true,
);
