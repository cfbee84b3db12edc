import { locationUtil } from '@grafana/data';

/** The address of a page of this app. Parameters without a value are left out. */
export function place(path: string, params: Readonly<Record<string, string | undefined>> = {}): string {
  const search = new URLSearchParams(
    Object.entries(params).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]])),
  );
  const text = search.toString();
  return locationUtil.assureBaseUrl(`/a/betrace-app/${path}${text === '' ? '' : `?${text}`}`);
}

/** How long before and after a violation Tempo is asked, in ms: it needs a range, and its traces may be long. */
const AROUND_MS = 30 * 60_000;

/** A trace in Explore, by a Tempo data source. */
export function tempoPlace(tempoUid: string, wireTraceId: string, timestampMs: number): string {
  const datasource = { type: 'tempo', uid: tempoUid };
  const panes = {
    a: {
      datasource: tempoUid,
      queries: [{ refId: 'A', datasource, queryType: 'traceql', query: wireTraceId }],
      range: { from: String(timestampMs - AROUND_MS), to: String(timestampMs + AROUND_MS) },
    },
  };
  return locationUtil.assureBaseUrl(`/explore?schemaVersion=1&orgId=1&panes=${encodeURIComponent(JSON.stringify(panes))}`);
}
