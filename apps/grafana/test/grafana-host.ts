import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, resolve } from 'node:path';

/** The majors of Grafana whose own packages the plugin is loaded into. */
export const MAJORS = [13, 12] as const;
export type Major = (typeof MAJORS)[number];

export type Role = 'Viewer' | 'Editor' | 'Admin';

interface Route {
  readonly path?: string;
  readonly method?: string;
  readonly reqRole?: Role;
}

const PLUGIN = resolve(import.meta.dirname, '../../../dist/grafana/betrace-app');
const HOSTS = resolve(import.meta.dirname, '../../../dist/grafana');
const MODULES = resolve(import.meta.dirname, '../node_modules');
const modulesOf = (major: Major): string => (major === 13 ? MODULES : resolve(import.meta.dirname, `grafana-${major}/node_modules`));
/** The version of Grafana's packages in the host page of a major. */
export const grafanaVersion = (major: Major): string =>
  JSON.parse(readFileSync(join(modulesOf(major), '@grafana/ui/package.json'), 'utf8')).version;
const FONTS = resolve(import.meta.dirname, '../../console/node_modules/@fontsource-variable');
const INTER = join(FONTS, 'inter/files/inter-latin-wght-normal.woff2');
const MONO = join(FONTS, 'jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2');
const PROXY = '/api/datasources/proxy/uid/';
const RANK: Readonly<Record<Role, number>> = { Viewer: 0, Editor: 1, Admin: 2 };
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.css': 'text/css',
};
export const UID = 'betrace-1';
/** A second data source, where a test has one. It leads to the same BeTrace. */
export const OTHER_UID = 'betrace-2';

/** Grafana's server in the tests: its page, the plugin's files, and its data proxy in front of a real BeTrace. */
export class GrafanaHost {
  role: Role = 'Admin';
  /** The secret that Grafana stores and adds to each request. */
  apiKey: string | undefined;
  hasOther = false;
  /** Where the data sources lead. */
  target: string;
  private readonly routes: readonly Route[] = JSON.parse(readFileSync(join(PLUGIN, 'datasource/plugin.json'), 'utf8')).routes;

  private constructor(
    private readonly server: Server,
    private readonly major: Major,
    target: string,
  ) {
    this.target = target;
  }

  static async start(target: string, major: Major): Promise<GrafanaHost> {
    const server = createServer();
    const host = new GrafanaHost(server, major, target);
    server.on('request', (incoming, outgoing) => host.answer(incoming, outgoing));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return host;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { pathname } = new URL(incoming.url ?? '/', this.url);
    if (pathname.startsWith(PROXY)) return this.proxy(incoming, outgoing);
    const file = fileOf(pathname, this.major);
    if (file === undefined) {
      outgoing.writeHead(200, { 'content-type': 'text/html' }).end(this.page());
    } else if (existsSync(file) && statSync(file).isFile()) {
      outgoing.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
      createReadStream(file).pipe(outgoing);
    } else if (file.endsWith('.svg')) {
      // Icons that Grafana has and the package @grafana/ui has not.
      outgoing.writeHead(200, { 'content-type': 'image/svg+xml' }).end('<svg xmlns="http://www.w3.org/2000/svg"/>');
    } else outgoing.writeHead(404).end();
  }

  /** As Grafana's: the first route of the method and prefix decides by role; what no route matches is passed through. */
  private proxy(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const [path = '', query] = (incoming.url ?? '')
      .slice(PROXY.length)
      .replace(/^[^/]*\//, '')
      .split('?');
    const route = this.routes.find(
      (each) => (each.method === undefined || each.method === incoming.method) && path.startsWith(each.path ?? ''),
    );
    if (route?.reqRole !== undefined && RANK[this.role] < RANK[route.reqRole]) {
      outgoing.writeHead(403, { 'content-type': 'application/json' }).end('{"message":"plugin proxy route access denied"}');
      return;
    }
    const { origin, referer, cookie, host, ...headers } = incoming.headers;
    const { hostname, port } = new URL(this.target);
    // As it came: steps up in it are not taken here.
    const passed = request({
      hostname,
      port,
      path: `/${path}${query === undefined ? '' : `?${query}`}`,
      method: incoming.method ?? 'GET',
      headers: { ...headers, ...(this.apiKey === undefined ? {} : { 'x-api-key': this.apiKey }) },
    });
    passed.on('response', (answer) => {
      const { 'set-cookie': _, ...given } = answer.headers;
      outgoing.writeHead(answer.statusCode === 401 ? 400 : (answer.statusCode ?? 502), given);
      answer.pipe(outgoing);
    });
    passed.on('error', () => {
      if (!outgoing.headersSent) outgoing.writeHead(502, { 'content-type': 'application/json' });
      outgoing.end('{"message":"Bad Gateway"}');
    });
    incoming.pipe(passed);
  }

  private page(): string {
    const settings = {
      appSubUrl: '',
      buildInfo: { version: grafanaVersion(this.major), edition: 'Open Source' },
      featureToggles: {},
      datasources: {},
      panels: {},
      apps: {},
    };
    const sources = [UID, ...(this.hasOther ? [OTHER_UID] : [])].map((uid) => {
      const type = 'betrace-datasource';
      const more = { jsonData: { tempoUid: 'tempo-1' }, meta: { id: type, info: { logos: {} } } };
      return { id: 1, uid, type, name: `BeTrace ${uid}`, url: `${PROXY}${uid}`, access: 'proxy', ...more };
    });
    const host = { role: this.role, sources };
    return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Grafana</title><base href="/"><link rel="icon" href="data:,">
<script>window.grafanaBootData=${JSON.stringify({ user: { orgRole: this.role }, settings, navTree: [], assets: {} })};
window.__grafana_public_path__='/public/';window.hostSettings=${JSON.stringify(host)};</script></head>
<body style="margin:0"><div id="app"></div>
<script src="/nm/systemjs/dist/system.js"></script><script src="/nm/systemjs/dist/extras/amd.js"></script><script src="/nm/systemjs/dist/extras/named-register.js"></script><script src="/host/host.js"></script>
</body></html>`;
  }
}

function fileOf(pathname: string, major: Major): string | undefined {
  const within = (folder: string, path: string): string => join(folder, normalize(`/${path}`));
  const icons = '/public/build/img/icons/';
  if (pathname.startsWith('/public/fonts/')) return pathname.includes('inter') ? INTER : MONO;
  if (pathname.startsWith('/host/')) return within(join(HOSTS, `host-${major}`), pathname.slice(6));
  if (pathname.startsWith('/nm/')) return within(MODULES, pathname.slice(4));
  if (pathname.startsWith('/public/plugins/betrace-app/')) return within(PLUGIN, pathname.slice(28));
  const ofGrafana = join(modulesOf(major), '@grafana/ui/dist/public');
  if (pathname.startsWith(icons)) return within(join(ofGrafana, 'img/icons'), pathname.slice(icons.length));
  return pathname.startsWith('/public/') ? within(ofGrafana, pathname.slice(8)) : undefined;
}
