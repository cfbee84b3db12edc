import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../..');
const json = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));

type Role = 'Viewer' | 'Editor' | 'Admin';
const RANK: Readonly<Record<Role, number>> = { Viewer: 0, Editor: 1, Admin: 2 };
const { routes } = json('apps/grafana/src/datasource/plugin.json') as {
  readonly routes: readonly { readonly method?: string; readonly path?: string; readonly reqRole?: Role }[];
};

/** Grafana's own function: the path below the root without `.`, `..` and doubled slashes; `.` for an empty one. It does not decode. */
const cleaned = (path: string) => posix.relative('/', posix.normalize(`/${path}`)) || '.';

/**
 * Whether Grafana's data proxy forwards a request: the first route of its method whose path is a prefix decides, and a request without a route is forwarded.
 * @param emptyMatches false in Grafana 11.6.1 to 12.3.1, where a route without a path has the path `.`, which matches nothing (grafana/grafana#116273)
 */
function passes(role: Role, method: string, path: string, emptyMatches: boolean): boolean {
  const route = routes.find(({ method: only, path: prefix = '' }) => {
    if (only !== undefined && only !== '*' && only !== method) return false;
    return cleaned(path).startsWith(prefix === '' && emptyMatches ? '' : cleaned(prefix));
  });
  return route?.reqRole === undefined || RANK[role] >= RANK[route.reqRole];
}

const operations = Object.entries(json('docs/openapi.json').paths as Record<string, object>).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => [method.toUpperCase(), path.slice(1).replaceAll(/\{\w+\}/g, 'test-1')] as const),
);
const changes = operations.filter(([method]) => method !== 'GET');
/** Spellings of a path that are the same to the API or to Grafana. */
const spellings = (path: string) => [
  path,
  `/${path}`,
  `./${path}`,
  `${path}/`,
  path.replace('v', '%76'),
  path.replace('v1', 'v%31'),
  path.replace('v1', '%76%31'),
  // The API decodes a segment; Grafana compares the path as it came.
  ...[...path].map((letter, at) => `${path.slice(0, at)}%${letter.charCodeAt(0).toString(16)}${path.slice(at + 1)}`),
];

describe.each([
  ['Grafana 12.3.0 and 12.3.1', false],
  ['Grafana since 12.3.2', true],
] as const)('roles at the data proxy of %s', (_, emptyMatches) => {
  it('keep a Viewer from every route that changes something, for any spelling of its path', () => {
    const open = changes.flatMap(([method, path]) =>
      spellings(path).flatMap((spelling) => (passes('Viewer', method, spelling, emptyMatches) ? [`${method} ${spelling}`] : [])),
    );
    expect(open).toEqual([]);
    expect(changes.length).toBeGreaterThan(15);
  });

  it('let an Editor change rules and states, and send no spans', () => {
    for (const [method, path] of changes) {
      expect([method, path, passes('Editor', method, path, emptyMatches)]).toEqual([method, path, !/^v1\/(spans|traces)$/.test(path)]);
      expect([method, path, passes('Admin', method, path, emptyMatches)]).toEqual([method, path, true]);
    }
  });

  const guarded: Readonly<Record<string, Role>> = {
    'v1/keys': 'Admin',
    'debug/pprof/profile': 'Admin',
    'debug/pprof/heap': 'Admin',
    'v1/recent-traces': 'Editor',
    'v1/traces/test-1': 'Editor',
  };

  it('let a Viewer read everything but names of keys, profiles, and traces that violate nothing', () => {
    const reads = operations.filter(([method]) => method === 'GET').map(([, path]) => path);
    for (const path of reads) {
      const least = RANK[guarded[path] ?? 'Viewer'];
      for (const role of ['Viewer', 'Editor', 'Admin'] as const)
        expect([path, role, passes(role, 'GET', path, emptyMatches)]).toEqual([path, role, RANK[role] >= least]);
    }
    expect(reads).toEqual(expect.arrayContaining(Object.keys(guarded)));
  });

  it('give no role more rights by another spelling of a path', () => {
    const more = operations.flatMap(([method, path]) =>
      (['Viewer', 'Editor'] as const).flatMap((role) => {
        if (passes(role, method, path, emptyMatches)) return [];
        return spellings(path).flatMap((spelling) =>
          passes(role, method, spelling, emptyMatches) ? [`${role} ${method} ${spelling}`] : [],
        );
      }),
    );
    expect(more).toEqual([]);
    expect(spellings('v1/keys')).toEqual(expect.arrayContaining(['v1/%6beys', 'v1/k%65ys']));
  });
});
