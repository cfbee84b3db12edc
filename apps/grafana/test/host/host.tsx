// The test's Grafana page: Grafana's real packages, the built plugin, loaded as Grafana loads it.
// `any` is for what Grafana's core gives its packages: the packages declare it in full, and this page has the few members that the plugin uses.
// Two majors of these packages are bundled with it, and no compiler checks it against either: the tests that use it do.
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
/** Variables of a dashboard, which tests set. */
interface Variable {
  readonly name: string;
  readonly current: { readonly value: string | readonly string[] };
  readonly options?: readonly { readonly value: string }[];
  readonly allValue?: string;
}
const variables = (): readonly Variable[] => (window as any).variables ?? [];

/** As dashboards do: a format in the text goes before that of the caller, and a custom text for All is taken as it is. */
function replaced(text = '', scoped: Record<string, { value: unknown }> = {}, format?: unknown): string {
  return text.replaceAll(/\$\{(\w+)(?::(\w+))?\}|\$(\w+)/g, (whole, braced, own, bare) => {
    const name = braced ?? bare;
    const variable = variables().find((each) => each.name === name);
    const chosen = scoped[name]?.value ?? variable?.current.value;
    if (chosen === undefined) return whole;
    const isAll = [chosen].flat().includes('$__all');
    if (isAll && variable?.allValue !== undefined) return variable.allValue;
    const value = isAll ? (variable?.options ?? []).map((option) => option.value) : chosen;
    return own === undefined && typeof format === 'function' ? format(value, { name }) : [value].flat().join(',');
  });
}
gruntime.setTemplateSrv({
  replace: replaced,
  getVariables: variables,
  containsTemplate: (text: string) => text.includes('$'),
  updateTimeRange: () => undefined,
} as any);
setPluginPage(({ children, pageNav, actions }: any) => (
  <main style={{ padding: 24 }}>
    <header style={{ display: 'flex', flexWrap: 'wrap', gap: 16, alignItems: 'center', justifyContent: 'space-between', marginBottom: 16 }}>
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

/** The frames of a query as the table of Grafana's panels shows them. */
function FramesPage({ instance }: any) {
  const theme = gui.useTheme2();
  const [frames, setFrames] = React.useState<gdata.DataFrame[]>([]);
  React.useEffect(() => {
    const range = { from: gdata.dateTime(Date.now() - 3_600_000), to: gdata.dateTime(Date.now() + 1000) };
    const targets = ['violations', 'rules', 'counts'].map((queryType) => ({ refId: queryType, queryType, groupBy: 'severity' }));
    instance.query({ targets, range, scopedVars: {}, intervalMs: 60_000 }).then(({ data }: { data: gdata.DataFrame[] }) => {
      const fieldConfig = { defaults: {}, overrides: [] };
      setFrames(gdata.applyFieldOverrides({ data, fieldConfig, replaceVariables: (text) => text, theme, timeZone: 'utc' }));
    });
  }, [instance, theme]);
  return (
    <main style={{ padding: 24 }}>
      <h1>Frames</h1>
      {frames.map((frame) => (
        <section key={frame.name} aria-label={frame.name}>
          <h2>{frame.name}</h2>
          {frame.meta?.notices?.map(({ text }) => (
            <p key={text}>{text}</p>
          ))}
          <gui.Table data={frame} width={innerWidth - 48} height={Math.min(300, 40 + frame.length * 36)} />
        </section>
      ))}
    </main>
  );
}

async function content() {
  if (where.startsWith('/datasource') || where.startsWith('/frames')) {
    const { plugin } = await System.import('/public/plugins/betrace-app/datasource/module.js');
    const instance = new plugin.DataSourceClass(sources[0]);
    Object.assign(window, { dataSource: instance });
    if (where.startsWith('/frames')) return <FramesPage instance={instance} />;
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

/** As Grafana does: a click on a link within it loads no page anew. */
function ClickedLinks() {
  const navigate = ReactRouter.useNavigate();
  React.useEffect(() => {
    const follow = (event: MouseEvent): void => {
      const link = (event.target as Element).closest('a');
      if (link === null || event.defaultPrevented || link.origin !== location.origin || link.hasAttribute('download')) return;
      event.preventDefault();
      navigate(link.pathname + link.search);
    };
    document.addEventListener('click', follow);
    return () => document.removeEventListener('click', follow);
  }, [navigate]);
  return null;
}

const theme = gdata.createTheme({ colors: { mode: new URLSearchParams(location.search).get('theme') === 'light' ? 'light' : 'dark' } });
content().then(
  (page) =>
    createRoot(document.getElementById('app') as HTMLElement).render(
      <gdata.ThemeContext.Provider value={theme}>
        <gui.GlobalStyles />
        <gui.PortalContainer />
        <BrowserRouter>
          <ClickedLinks />
          <ReactRouter.Routes>
            <ReactRouter.Route path={where.startsWith('/a/') ? '/a/betrace-app/*' : '*'} element={page} />
            <ReactRouter.Route path="*" element={<h1>Page not found</h1>} />
          </ReactRouter.Routes>
        </BrowserRouter>
      </gdata.ThemeContext.Provider>,
    ),
  (error) => {
    document.title = 'HOST ERROR';
    throw error;
  },
);
