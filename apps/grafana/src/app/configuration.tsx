import { getDataSourceSrv } from '@grafana/runtime';
import { Badge, Button, LinkButton, Stack } from '@grafana/ui';
import { useState } from 'react';
import { settingsPlace } from '../api/place';
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
        <LinkButton icon="plus" href={settingsPlace()} variant={all.length === 0 ? 'primary' : 'secondary'}>
          Add data source
        </LinkButton>
      </div>
    </Stack>
  );
}

const BADGES = {
  success: { color: 'green', text: 'Works' },
  warning: { color: 'orange', text: 'Works in part' },
  error: { color: 'red', text: 'Broken' },
} as const;

function DataSourceState({ uid, name }: { readonly uid: string; readonly name: string }) {
  const [state, setState] = useState<Connection>();
  const test = async (): Promise<void> => setState(await connectionOf(proxyOf(uid)));
  return (
    <Stack direction="row" gap={2} alignItems="center" wrap="wrap">
      <strong>{name}</strong>
      <LinkButton size="sm" variant="secondary" href={settingsPlace(uid)}>
        Settings
      </LinkButton>
      <Button size="sm" variant="secondary" onClick={() => void test()}>
        Test
      </Button>
      {state === undefined ? null : <Badge {...BADGES[state.status]} />}
      {state === undefined ? null : <span>{state.message}</span>}
    </Stack>
  );
}
