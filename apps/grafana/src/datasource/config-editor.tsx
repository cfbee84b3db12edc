import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { DataSourcePicker } from '@grafana/runtime';
import { Field, Input, SecretInput, Stack } from '@grafana/ui';
import { API_KEY_HEADER, type BeTraceSecrets, type BeTraceSettings } from './settings';

type Props = DataSourcePluginOptionsEditorProps<BeTraceSettings, BeTraceSecrets>;

/** URL, API key, and the Tempo data source that has the traces. Grafana's server sends the requests; no browser gets the key. */
export function ConfigEditor({ options, onOptionsChange }: Props) {
  const { jsonData, secureJsonFields, secureJsonData } = options;
  return (
    <Stack direction="column" gap={2}>
      <Field label="URL" description="Of the BeTrace server, as Grafana's server reaches it" noMargin>
        <Input
          id="betrace-url"
          width={50}
          placeholder="http://betrace-backend:12011"
          value={options.url}
          onChange={(event) => onOptionsChange({ ...options, url: event.currentTarget.value.trim(), access: 'proxy' })}
        />
      </Field>
      <Field label="API key" description="With the scopes that editors need; what a role of Grafana may do is decided by Grafana" noMargin>
        <SecretInput
          id="betrace-key"
          width={50}
          isConfigured={secureJsonFields.httpHeaderValue1 === true}
          value={secureJsonData?.httpHeaderValue1 ?? ''}
          onChange={(event) =>
            onOptionsChange({
              ...options,
              jsonData: { ...jsonData, httpHeaderName1: API_KEY_HEADER },
              // A space that was copied with the key would be part of it.
              secureJsonData: { httpHeaderValue1: event.currentTarget.value.trim() },
            })
          }
          onReset={() =>
            onOptionsChange({
              ...options,
              jsonData: { ...jsonData, httpHeaderName1: undefined },
              secureJsonFields: { ...secureJsonFields, httpHeaderValue1: false },
              secureJsonData: { httpHeaderValue1: '' },
            })
          }
        />
      </Field>
      <Field label="Tempo data source" description="Where Open in Tempo leads; it has the same traces" noMargin>
        <DataSourcePicker
          pluginId="tempo"
          current={jsonData.tempoUid ?? null}
          noDefault
          width={50}
          onChange={({ uid }) => onOptionsChange({ ...options, jsonData: { ...jsonData, tempoUid: uid } })}
          onClear={() => onOptionsChange({ ...options, jsonData: { ...jsonData, tempoUid: undefined } })}
        />
      </Field>
    </Stack>
  );
}
