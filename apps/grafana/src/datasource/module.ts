import '../public-path';
import { DataSourcePlugin } from '@grafana/data';
import { ConfigEditor } from './config-editor';
import { BeTraceDataSource } from './data-source';
import type { BeTraceQuery } from './query';
import { QueryEditor } from './query-editor';
import type { BeTraceSecrets, BeTraceSettings } from './settings';

export const plugin = new DataSourcePlugin<BeTraceDataSource, BeTraceQuery, BeTraceSettings, BeTraceSecrets>(BeTraceDataSource)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor);
