// node package.mjs: dist/grafana/betrace-app-<version>.zip, as `grafana cli --pluginUrl` takes it. Tells where it is.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { zipSync } from 'fflate';

const folder = resolve(import.meta.dirname, '../../dist/grafana');
const { version } = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8'));
const files = readdirSync(join(folder, 'betrace-app'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((file) => statSync(file).isFile())
  .sort();
const zip = join(folder, `betrace-app-${version}.zip`);
writeFileSync(
  zip,
  zipSync(Object.fromEntries(files.map((file) => [relative(folder, file).replaceAll('\\', '/'), readFileSync(file)])), { level: 9 }),
);
process.stdout.write(`${zip}\n`);
