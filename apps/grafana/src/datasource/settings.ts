import type { DataSourceJsonData } from '@grafana/data';

export interface BeTraceSettings extends DataSourceJsonData {
  /** The Tempo data source that has the traces. */
  readonly tempoUid?: string;
  /** Grafana's data proxy adds this header with the secret value of the same number. */
  readonly httpHeaderName1?: string;
}

export interface BeTraceSecrets {
  readonly httpHeaderValue1?: string;
}

export const API_KEY_HEADER = 'X-API-Key';
