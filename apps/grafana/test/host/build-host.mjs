// The host page of the tests: Grafana's packages as one script. Never part of the plugin.
import { join, resolve } from 'node:path';
import { rspack } from '@rspack/core';
import { bundle, resolution, rules } from '../../build.mjs';

const app = resolve(import.meta.dirname, '../..');

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
      modules: [join(app, 'node_modules'), 'node_modules'],
      // Grafana's own, which its package does not export.
      alias: { 'grafana-plugin-page': join(app, 'node_modules/@grafana/runtime/dist/esm/components/PluginPage.mjs') },
    },
    module: {
      rules: [
        ...rules,
        { test: /\.m?js$/, resolve: { fullySpecified: false } },
        { test: /\.css$/, type: 'asset/source' },
        { test: /\.(svg|png|woff2?|ttf)$/, type: 'asset/inline' },
      ],
    },
    // SystemJS has a global `define`, which lodash would take for itself.
    plugins: [
      new rspack.DefinePlugin({ define: 'undefined', 'typeof define': '"undefined"' }),
      new rspack.optimize.LimitChunkCountPlugin({ maxChunks: 1 }),
    ],
    output: { path: resolve(app, '../../dist/grafana/host'), filename: 'host.js', clean: true },
  },
  true,
);
