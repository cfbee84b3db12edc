// The API's description for docs/openapi.json, from the routes of the standalone process, which has all of them.
import { openApiDocument } from '../../apps/api/src/openapi/openapi-document.js';
import { StandaloneModule } from '../../apps/standalone/src/standalone.module.js';
import { loadConfiguration } from '../../libs/platform/src/configuration/load-configuration.js';
import { createHttpApp } from '../../libs/platform/src/http/http-app.js';
import { createLogger } from '../../libs/platform/src/logging/logger.js';

/** The document served at /openapi.json. The process neither listens nor evaluates. */
export async function openApiText(): Promise<string> {
  const { configuration } = loadConfiguration({ args: ['--storage-type=memory'], environment: {} });
  const logger = createLogger({ level: 'error', format: 'json' });
  const app = await createHttpApp({ name: 'standalone', configuration, logger, module: StandaloneModule });
  try {
    return `${JSON.stringify(await openApiDocument(app, configuration.authentication.apiKeyHeader), null, 2)}\n`;
  } finally {
    await app.close();
  }
}
