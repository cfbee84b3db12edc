// The test's Grafana page: Grafana's real packages, the built plugin, loaded as Grafana loads it.
import * as emotionCss from '@emotion/css';
import * as gdata from '@grafana/data';
import * as gruntime from '@grafana/runtime';
import * as gui from '@grafana/ui';
import { setPluginPage } from 'grafana-plugin-page';
import * as React from 'react';
import * as jsxRuntime from 'react/jsx-runtime';
import * as ReactDOM from 'react-dom';
import { createRoot } from 'react-dom/client';
import * as ReactRouter from 'react-router';
import { BrowserRouter } from 'react-router-dom';
import * as rxjs from 'rxjs';

declare const System: {
  set(id: string, module: object): void;
  addImportMap(map: object): void;
  import(id: string): Promise<{ plugin: any }>;
};

const shared: Readonly<Record<string, any>> = {
  react: React,
  'react-dom': ReactDOM,
  'react/jsx-runtime': jsxRuntime,
  'react-router': ReactRouter,
  rxjs,
  '@emotion/css': emotionCss,
  '@grafana/data': gdata,
  '@grafana/runtime': gruntime,
  '@grafana/ui': gui,
};
async function answerOf(options: gruntime.BackendSrvRequest): Promise<gruntime.FetchResponse<any>> {
  const url = new URL(options.url, location.origin);
  for (const [name, value] of Object.entries(options.params ?? {})) url.searchParams.append(name, String(value));
  const response = await fetch(url, {
    method: options.method ?? 'GET',
    headers: { ...(options.data === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers },
    // A text is sent as it is, as parseBody of Grafana's core does.
    body: options.data === undefined || typeof options.data === 'string' ? options.data : JSON.stringify(options.data),
  });
  const text = await response.text();
  let data: unknown = text;
  if (options.responseType !== 'text') {
    try {
      data = JSON.parse(text);
    } catch {
      data = text === '' ? undefined : text;
    }
  }
  const { status, statusText } = response;
  if (!response.ok) throw { status, statusText, data, config: options };
  return {
    ...response,
    data,
    status,
    statusText,
    ok: true,
    headers: response.headers,
    config: options,
    url: String(url),
    redirected: false,
    type: response.type,
  };
}
gruntime.setBackendSrv({ fetch: (options: gruntime.BackendSrvRequest) => rxjs.from(answerOf(options)) } as any);

const { role, sources } = (window as any).hostSettings as { role: string; sources: any[] };
gruntime.config.bootData.user.orgRole = role as any;
// Grafana's core shows these as notifications.
const events = new gdata.EventBusSrv();
gruntime.setAppEvents(events);
for (const type of [gdata.AppEvents.alertSuccess, gdata.AppEvents.alertWarning]) {
  events.getStream({ type: type.name } as any).subscribe(({ payload }: any) => {
    ((window as any).notifications ??= []).push(`${type.name}: ${payload.join(' ')}`);
  });
}
gruntime.setDataSourceSrv({
  getList: ({ pluginId }: any) => sources.filter(({ type }) => type === pluginId),
  getInstanceSettings: (uid: any) => sources.find((each) => each.uid === uid),
  get: () => Promise.reject(new Error('not in this host')),
  reload: () => undefined,
} as any);
gruntime.setTemplateSrv({
  replace: (text?: string) => text ?? '',
  getVariables: () => [],
  containsTemplate: () => false,
  updateTimeRange: () => undefined,
} as any);
setPluginPage(({ children, pageNav, actions }: any) => (
  <main style={{ padding: 24 }}>
    <header style={{ display: 'flex', gap: 16, alignItems: 'center', justifyContent: 'space-between', marginBottom: 16 }}>
      <h1>{pageNav?.text ?? 'BeTrace'}</h1>
      {actions}
    </header>
    {children}
  </main>
));

// After the above: plugins get these exports.
const imports: Record<string, string> = {};
for (const [name, module] of Object.entries(shared)) {
  imports[name] = `package:${name}`;
  System.set(`package:${name}`, { ...module, default: module.default ?? module });
}
System.addImportMap({ imports });

const where = location.pathname;
Object.assign(window, { reactVersion: React.version, dateTime: gdata.dateTime });

function DataSourcePage({ plugin, instance, settings }: any) {
  const [options, setOptions] = React.useState({ ...settings, secureJsonFields: {}, secureJsonData: {} });
  const [query, setQuery] = React.useState<any>({ refId: 'A' });
  const { ConfigEditor, QueryEditor } = plugin.components;
  return (
    <main style={{ padding: 24 }}>
      <h1>Data source</h1>
      <ConfigEditor options={options} onOptionsChange={setOptions} />
      <h2>Query</h2>
      <QueryEditor datasource={instance} query={query} onChange={setQuery} onRunQuery={() => undefined} />
      <pre data-testid="options">{JSON.stringify(options)}</pre>
      <pre data-testid="query">{JSON.stringify(query)}</pre>
    </main>
  );
}

async function content() {
  if (where.startsWith('/datasource')) {
    const { plugin } = await System.import('/public/plugins/betrace-app/datasource/module.js');
    const instance = new plugin.DataSourceClass(sources[0]);
    Object.assign(window, { dataSource: instance });
    return <DataSourcePage plugin={plugin} instance={instance} settings={sources[0]} />;
  }
  const { plugin } = await System.import('/public/plugins/betrace-app/module.js');
  plugin.meta = await (await fetch('/public/plugins/betrace-app/plugin.json')).json();
  Object.assign(window, { links: plugin.addedLinkConfigs });
  const Page = plugin.configPages[0].body;
  if (where.startsWith('/plugins/')) {
    return (
      <main style={{ padding: 24 }}>
        <h1>Configuration</h1>
        <Page plugin={plugin} query={{}} />
      </main>
    );
  }
  const Root = plugin.root;
  return <Root meta={plugin.meta} basename="/a/betrace-app" path={where} query={{}} onNavChanged={() => undefined} />;
}

const theme = gdata.createTheme({ colors: { mode: new URLSearchParams(location.search).get('theme') === 'light' ? 'light' : 'dark' } });
content().then(
  (page) =>
    createRoot(document.getElementById('app') as HTMLElement).render(
      <gdata.ThemeContext.Provider value={theme}>
        <gui.GlobalStyles />
        <gui.PortalContainer />
        <BrowserRouter basename={where.startsWith('/a/') ? '/a/betrace-app' : '/'}>{page}</BrowserRouter>
      </gdata.ThemeContext.Provider>,
    ),
  (error) => {
    document.title = 'HOST ERROR';
    throw error;
  },
);
