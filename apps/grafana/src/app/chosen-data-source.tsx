import { DataSourcePicker, getDataSourceSrv } from '@grafana/runtime';
import { Alert, LinkButton } from '@grafana/ui';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { useLocation } from 'react-router';
import { settingsPlace } from '../api/place';
import { proxyOf } from '../api/request';

export interface ChosenDataSource {
  readonly uid: string;
  readonly proxy: string;
  /** The Tempo data source that the data source names. Undefined: none; then "Open in Tempo" is not offered. */
  readonly tempoUid: string | undefined;
  readonly choose: (uid: string) => void;
}

const Context = createContext<ChosenDataSource | undefined>(undefined);
const REMEMBERED = 'betrace-app.datasource';
export const DATA_SOURCE_TYPE = 'betrace-datasource';

/**
 * Pages ask BeTrace through a data source: that of the link that led here (`ds`), else the one chosen last, else the first. Pages that are opened from there use the same one, without it in their addresses.
 */
export function WithDataSource({ children }: { readonly children: ReactNode }) {
  const { search } = useLocation();
  const linked = new URLSearchParams(search).get('ds');
  const [picked, setPicked] = useState(linked);
  const [followed, setFollowed] = useState(linked);
  const all = getDataSourceSrv().getList({ pluginId: DATA_SOURCE_TYPE });
  if (linked !== followed) {
    setFollowed(linked);
    if (linked !== null) setPicked(linked);
  }
  const wanted = [picked, localStorage.getItem(REMEMBERED)];
  const found = wanted.map((uid) => all.find((each) => each.uid === uid)).find((each) => each !== undefined) ?? all[0];
  const uid = found?.uid;
  useEffect(() => {
    if (picked !== null && picked === uid) localStorage.setItem(REMEMBERED, picked);
  }, [picked, uid]);
  const chosen = useMemo(() => {
    if (found === undefined) return undefined;
    const { tempoUid } = found.jsonData as { readonly tempoUid?: string };
    return { uid: found.uid, proxy: proxyOf(found.uid), tempoUid: tempoUid === '' ? undefined : tempoUid, choose: setPicked };
  }, [found]);
  if (chosen === undefined) return <NoDataSource />;
  return <Context.Provider value={chosen}>{children}</Context.Provider>;
}

export function useChosenDataSource(): ChosenDataSource {
  const chosen = useContext(Context);
  if (chosen === undefined) throw new Error('no BeTrace data source is chosen');
  return chosen;
}

function NoDataSource() {
  return (
    <Alert severity="info" title="No BeTrace data source">
      <p>Add a data source of the type BeTrace with the address of your BeTrace server, such as http://betrace-backend:12011.</p>
      <LinkButton href={settingsPlace()}>Add data source</LinkButton>
    </Alert>
  );
}

/** Shown where there is more than one. */
export function DataSourceChoice() {
  const { uid, choose } = useChosenDataSource();
  if (getDataSourceSrv().getList({ pluginId: DATA_SOURCE_TYPE }).length < 2) return null;
  return <DataSourcePicker current={uid} noDefault pluginId={DATA_SOURCE_TYPE} onChange={(settings) => choose(settings.uid)} />;
}
