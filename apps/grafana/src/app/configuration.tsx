import { getDataSourceSrv } from '@grafana/runtime';
import { Badge, Button, LinkButton, Stack } from '@grafana/ui';
import { useState } from 'react';
import { proxyOf } from '../api/request';
import { type Connection, connectionOf } from '../datasource/connection';
import { DATA_SOURCE_TYPE } from './chosen-data-source';

/** The data sources that the app works through, and whether each reaches BeTrace. */
export default function Configuration() {
  const all = getDataSourceSrv().getList({ pluginId: DATA_SOURCE_TYPE });
  return (
    <Stack direction="column" gap={2}>
      <p>
        The pages of this app ask BeTrace through a data source of the type BeTrace. Its URL, API key and Tempo data source are set there.
      </p>
      {all.map(({ uid, name }) => (
        <DataSourceState key={uid} uid={uid} name={name} />
      ))}
      <div>
        <LinkButton icon="plus" href="/connections/datasources/new?search=betrace" variant={all.length === 0 ? 'primary' : 'secondary'}>
          Add data source
        </LinkButton>
      </div>
    </Stack>
  );
}

function DataSourceState({ uid, name }: { readonly uid: string; readonly name: string }) {
  const [state, setState] = useState<Connection>();
  const test = async (): Promise<void> => setState(await connectionOf(proxyOf(uid)));
  return (
    <Stack direction="row" gap={2} alignItems="center" wrap="wrap">
      <strong>{name}</strong>
      <LinkButton size="sm" variant="secondary" href={`/connections/datasources/edit/${uid}`}>
        Settings
      </LinkButton>
      <Button size="sm" variant="secondary" onClick={() => void test()}>
        Test
      </Button>
      {state === undefined ? null : <Badge color={state.ok ? 'green' : 'red'} text={state.ok ? 'Works' : 'Broken'} />}
      {state === undefined ? null : <span>{state.message}</span>}
    </Stack>
  );
}
