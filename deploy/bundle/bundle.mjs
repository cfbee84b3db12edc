// npm run bundle: the production code with its packages as a few files in dist/bundle, for the image and the npm package.
// The output of TypeScript is bundled, so that decorators keep their metadata.
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { bundleInto, reflect } from './bundled.mjs';
import { processes, root, threads } from './rewritten.mjs';

const out = join(root, 'dist', 'bundle');
const of = createRequire(join(root, 'package.json'));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const metafile = await bundleInto(out, { ...processes, ...threads });

// Files that are read at run time: the console, and the page of the API.
const console = join(root, 'dist', 'console');
if (existsSync(console)) cpSync(console, join(out, 'console'), { recursive: true, filter: (file) => basename(file) !== '.build-stamp' });
const swagger = dirname(of.resolve('swagger-ui-dist/package.json'));
mkdirSync(join(out, 'swagger-ui'));
for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png', 'LICENSE', 'NOTICE'])
  cpSync(join(swagger, file), join(out, 'swagger-ui', file));

/** Names, versions and licences of the packages whose code is in the bundle. */
const folders = new Set(
  Object.keys(metafile.inputs).flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(relative(root, join(root, input)))?.[0] ?? []),
);
for (const folder of [swagger, reflect]) folders.add(relative(root, folder));
// Vite builds the console from its production packages.
const consoleLock = JSON.parse(readFileSync(join(root, 'apps', 'console', 'package-lock.json'), 'utf8')).packages;
for (const [folder, { dev, optional }] of Object.entries(consoleLock)) if (folder !== '' && !dev && !optional) folders.add(join('apps', 'console', folder));
const packages = [...folders].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const [file] = globSync('{LICEN[CS]E,LICEN[CS]E.*,LICEN[CS]E-*,licen[cs]e,licen[cs]e.*,COPYING*}', { cwd: join(root, folder) }).sort();
  return { name, version, license, text: file === undefined ? `Licence: ${license}` : readFileSync(join(root, folder, file), 'utf8').trim() };
});
const notices = packages.map(({ name, version, text }) => `${name} ${version}\n\n${text}\n`);
writeFileSync(join(out, 'THIRD-PARTY-NOTICES.txt'), notices.join(`\n${'-'.repeat(100)}\n\n`));
cpSync(join(root, 'LICENSE'), join(out, 'LICENSE'));
/** A package URL, by which scanners identify the package. */
const purl = ({ name, version }) => `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
const components = new Map(
  packages.map((one) => [
    purl(one),
    { type: 'library', 'bom-ref': purl(one), name: one.name, version: one.version, purl: purl(one), licenses: [{ expression: one.license }] },
  ]),
);
const self = { type: 'application', 'bom-ref': purl(manifest), name: manifest.name, version: manifest.version, purl: purl(manifest) };
const sbom = { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, metadata: { component: self }, components: [...components.values()] };
writeFileSync(join(out, 'sbom.cdx.json'), `${JSON.stringify(sbom, undefined, 2)}\n`);
for (const file of ['betrace.js', 'README.md']) cpSync(join(import.meta.dirname, file), join(out, file));
const { name, version, description, license } = manifest;
const own = { name, version, description, license, type: 'module', bin: { betrace: 'betrace.js' }, engines: { node: '>=24' } };
writeFileSync(join(out, 'package.json'), `${JSON.stringify(own, undefined, 2)}\n`);
const size = Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
process.stderr.write(`betrace: bundled ${packages.length} packages, ${(size / 2 ** 20).toFixed(1)} MiB with source maps, in dist/bundle\n`);
