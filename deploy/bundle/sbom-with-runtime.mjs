// node sbom-with-runtime.mjs SBOM [SYSTEM]: adds the runtime to the list of the bundle's packages: the Node that runs this script with its components, and
// the Debian packages of the image's root SYSTEM.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Versions of interfaces and of data, not of code. */
const NO_PARTS = new Set(['node', 'modules', 'napi', 'cldr', 'tz', 'unicode']);

/** A list in CycloneDX with this Node. */
export function withNode(sbom) {
  const { node } = process.versions;
  const ref = `pkg:generic/node@${node}`;
  const parts = Object.entries(process.versions).filter(([name, version]) => !NO_PARTS.has(name) && version !== '');
  const component = {
    type: 'platform',
    'bom-ref': ref,
    name: 'node',
    version: node,
    purl: ref,
    // By this, scanners find its known vulnerabilities.
    cpe: `cpe:2.3:a:nodejs:node.js:${node}:*:*:*:*:*:*:*`,
    licenses: [{ license: { id: 'MIT' } }],
    components: parts.map(([name, version]) => ({ type: 'library', 'bom-ref': `${ref}#${name}`, name, version })),
  };
  return { ...sbom, components: [...sbom.components, component] };
}

/** A list in CycloneDX with the Debian packages whose files system.sh has put into this folder. */
export function withSystem(sbom, system) {
  const debian = readFileSync(join(system, 'etc', 'debian_version'), 'utf8').trim().split('.')[0];
  const packages = globSync('var/lib/dpkg/status.d/*', { cwd: system }).sort().map((file) => {
    const status = readFileSync(join(system, file), 'utf8');
    const field = (name) => new RegExp(`^${name}: (.+)$`, 'm').exec(status)?.[1];
    const [name, version] = [field('Package'), field('Version')];
    const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${field('Architecture')}&distro=debian-${debian}`;
    return { type: 'library', 'bom-ref': purl, name, version, purl };
  });
  return { ...sbom, components: [...sbom.components, ...packages] };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [file, system] = process.argv.slice(2);
  const sbom = withNode(JSON.parse(readFileSync(file, 'utf8')));
  writeFileSync(file, `${JSON.stringify(system === undefined ? sbom : withSystem(sbom, system), undefined, 2)}\n`);
}
