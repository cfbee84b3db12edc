import { ensureGrafanaHosts, ensurePlugin, prepareConsole } from '../../../scripts/toolchain.mjs';
import bundle from '../../../test/harness/bundle.setup.mjs';

/** Jest's global setup of the plugin's tests: they run against the plugin as Grafana loads it, and use the console's browser. */
export default async () => {
  await prepareConsole();
  await ensurePlugin();
  await ensureGrafanaHosts();
  await bundle();
};
