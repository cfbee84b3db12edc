import { locationUtil } from '@grafana/data';

type Params = Readonly<Record<string, string | undefined>>;

/** The address of a page of this app, also where Grafana is served below a path. Parameters without a value are left out. */
export const place = (path: string, params: Params = {}): string => locationUtil.assureBaseUrl(appPath(path, params));

/** The same without that path, for links of extensions and for the router, which has all of Grafana's pages: Grafana adds the path itself. */
export function appPath(path: string, params: Params = {}): string {
  const search = new URLSearchParams(
    Object.entries(params).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]])),
  );
  const text = search.toString();
  return `/a/betrace-app/${path}${text === '' ? '' : `?${text}`}`;
}

/** Grafana's page of a data source's settings, or of a new one of BeTrace's. */
export const settingsPlace = (uid?: string): string =>
  locationUtil.assureBaseUrl(uid === undefined ? '/connections/datasources/new?search=betrace' : `/connections/datasources/edit/${uid}`);

/** Tempo is searched this long before and after a violation (ms): it needs a range, and traces may be long. */
const AROUND_MS = 30 * 60_000;

/** A trace in Explore, by a Tempo data source. It names no organisation, because Grafana would switch to it. */
export function tempoPlace(tempoUid: string, wireTraceId: string, timestampMs: number): string {
  const datasource = { type: 'tempo', uid: tempoUid };
  const panes = {
    a: {
      datasource: tempoUid,
      queries: [{ refId: 'A', datasource, queryType: 'traceql', query: wireTraceId }],
      range: { from: String(timestampMs - AROUND_MS), to: String(timestampMs + AROUND_MS) },
    },
  };
  return locationUtil.assureBaseUrl(`/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify(panes))}`);
}
