import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { unzipSync } from 'fflate';

const root = resolve(import.meta.dirname, '../../..');
const plugin = join(root, 'dist/grafana/betrace-app');
const json = (name: string) => JSON.parse(readFileSync(join(plugin, name), 'utf8'));
/** The packages that Grafana 12.3 and later share with plugins; the rest must be in the bundle. */
const SHARED = new Set([
  'react',
  'react-dom',
  'react/jsx-runtime',
  'react-router',
  'rxjs',
  '@emotion/css',
  '@grafana/data',
  '@grafana/runtime',
  '@grafana/ui',
  'module',
]);

describe('the Grafana plugin as Grafana finds it', () => {
  it('has the types of what it uses', () => {
    const { status, stdout } = spawnSync(process.execPath, [join(root, 'scripts/run.mjs'), 'plugin', 'check'], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, '']);
  }, 120_000);

  it.each(['plugin.json', 'datasource/plugin.json'])('%s is whole', (name) => {
    const text = readFileSync(join(plugin, name), 'utf8');
    expect(text).not.toMatch(/%[A-Z_]+%/);
    const { id, type, info, dependencies } = json(name);
    expect(id).toMatch(/^[0-9a-z]+-([0-9a-z]+-)?(app|datasource)$/);
    expect(id).toMatch(new RegExp(`-${type}$`));
    expect(dependencies.grafanaDependency).toBe('>=12.3.0');
    const folder = join(plugin, name, '..');
    for (const logo of Object.values<string>(info.logos)) expect(statSync(join(folder, logo)).size).toBeGreaterThan(0);
    expect(statSync(join(folder, 'module.js')).size).toBeGreaterThan(0);
  });

  it('includes only existing pages, dashboards and the data source', () => {
    const routes = readFileSync(join(root, 'apps/grafana/src/app/app.tsx'), 'utf8');
    for (const { type, path } of json('plugin.json').includes) {
      if (type === 'page' && path.startsWith('/a/')) expect(routes).toContain(`path="${path.replace('/a/betrace-app/', '')}"`);
      if (type !== 'page') expect(statSync(join(plugin, path)).size).toBeGreaterThan(0);
    }
  });

  it('bundles dashboards that select data sources by variables', () => {
    const dashboards = json('plugin.json').includes.filter(({ type }: { type: string }) => type === 'dashboard');
    expect(dashboards.length).toBeGreaterThanOrEqual(5);
    for (const { path } of dashboards) {
      const { templating, panels } = json(path);
      expect(templating.list.some(({ type }: { type: string }) => type === 'datasource')).toBe(true);
      for (const { datasource, type } of panels) if (type !== 'row') expect(datasource.uid).toMatch(/^\$\{?datasource\}?$/);
    }
  });

  it('changes nothing for a Viewer: each writing method requires a role, on every path', () => {
    const { routes } = json('datasource/plugin.json');
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect(routes).toContainEqual({ method, reqRole: 'Admin' });
      for (const route of routes) if (route.method === method) expect(['Editor', 'Admin']).toContain(route.reqRole);
    }
  });

  it('imports from Grafana only what it shares with plugins, and bundles no React', () => {
    for (const name of ['module.js', 'datasource/module.js']) {
      const [, list = ''] = /^define\(\[([^\]]*)\]/.exec(readFileSync(join(plugin, name), 'utf8')) ?? [];
      const asked = JSON.parse(`[${list}]`) as string[];
      expect(asked).toContain('@grafana/data');
      expect(asked.filter((each) => !SHARED.has(each))).toEqual([]);
    }
    const chunks = readdirSync(join(plugin, 'chunks')).filter((name) => name.endsWith('.js'));
    for (const name of chunks) expect(readFileSync(join(plugin, 'chunks', name), 'utf8')).not.toContain('react.transitional.element');
  });

  it('is small where Grafana starts: modules of at most 30 KB, the editor in a chunk of its own', () => {
    for (const name of ['module.js', 'datasource/module.js']) expect(statSync(join(plugin, name)).size).toBeLessThan(30_000);
    const chunks = readdirSync(join(plugin, 'chunks')).filter((name) => name.endsWith('.js'));
    expect(Math.max(...chunks.map((name) => statSync(join(plugin, 'chunks', name)).size))).toBeLessThan(400_000);
  });

  it('is packed as the zip that Grafana installs: one folder, named as the plugin', () => {
    const packed = spawnSync(process.execPath, [join(root, 'apps/grafana/package.mjs')], { encoding: 'utf8' });
    expect([packed.status, packed.stderr]).toEqual([0, '']);
    const names = Object.keys(unzipSync(readFileSync(packed.stdout.trim())));
    expect(names).toEqual(
      expect.arrayContaining([
        'betrace-app/plugin.json',
        'betrace-app/module.js',
        'betrace-app/datasource/module.js',
        'betrace-app/LICENSE',
      ]),
    );
    expect(names.filter((name) => !name.startsWith('betrace-app/'))).toEqual([]);
  });
});
