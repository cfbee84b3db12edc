// Writes the documents that are generated from code (`npm run docs:generate`); --check only lists those that are out of date.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cliDocument } from '../../apps/cli/src/commands/document.js';
import { configurationDocument } from '../../libs/platform/src/configuration/document.js';
import { metricsDocument } from '../../libs/platform/src/metrics/document.js';
import { errorsDocument } from '../../libs/platform/src/problem-details/document.js';
import { repositoryRoot } from '../source-files.js';
import { alertsDocument, alertsOfTheChart } from './alerts-document.js';
import { apiDocument } from './api-document.js';
import { chartValuesSchema } from './chart-values-schema.js';
import { DOCUMENTED_ERRORS } from './documented-errors.js';
import { DOCUMENTED_METRICS } from './documented-metrics.js';
import { dslDocument } from './dsl-document.js';
import { grafanaAlerts } from './grafana-alerts.js';
import { openApiText } from './openapi-document.js';

interface Document {
  /** Relative to the repository's root. */
  readonly file: string;
  readonly generate: () => string | Promise<string>;
}

/** The description of the API. To make it starts the application, so both documents use one. */
const openApi = openApiText();
const documents: readonly Document[] = [
  { file: 'docs/configuration.md', generate: configurationDocument },
  { file: 'docs/metrics.md', generate: () => metricsDocument(DOCUMENTED_METRICS) },
  { file: 'docs/operations/alerts.md', generate: alertsDocument },
  { file: 'deploy/grafana/provisioning/alerting/alerts.yaml', generate: grafanaAlerts },
  { file: 'deploy/helm/betrace/files/alerts.yaml', generate: alertsOfTheChart },
  { file: 'deploy/helm/betrace/values.schema.json', generate: chartValuesSchema },
  { file: 'docs/dsl.md', generate: dslDocument },
  { file: 'docs/errors.md', generate: () => errorsDocument(DOCUMENTED_ERRORS) },
  { file: 'docs/cli.md', generate: cliDocument },
  { file: 'docs/openapi.json', generate: () => openApi },
  { file: 'docs/api.md', generate: async () => apiDocument(await openApi) },
];

const onlyCheck = process.argv.includes('--check');
for (const { file, generate } of documents) {
  const path = join(repositoryRoot, file);
  const text = await generate();
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  if (onlyCheck) {
    console.error(`${file} is out of date; run npm run docs:generate`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(`wrote ${file}`);
  }
}
