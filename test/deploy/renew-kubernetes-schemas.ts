// node scripts/run.mjs exec test/deploy/renew-kubernetes-schemas.js: writes test/fixtures/kubernetes, the strict schemas of the chart's kinds. Needs pip, Go
// and the registries of both. Kubernetes's own are in the package kubernetes-validate, in the version that tools/go.mod has; those of operators in their Go
// modules (all Apache-2.0). Descriptions and unused definitions are left out.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { KUBERNETES, SCHEMAS } from './chart.js';
import { CUSTOM_RESOURCES } from './custom-resources.js';
import { isObject, type Json, type JsonObject, strict } from './strict-schema.js';

const PACKAGE = 'kubernetes-validate==1.37.0';
const KINDS = [
  'configmap-v1',
  'cronjob-batch-v1',
  'deployment-apps-v1',
  'horizontalpodautoscaler-autoscaling-v2',
  'ingress-networking-v1',
  'networkpolicy-networking-v1',
  'persistentvolumeclaim-v1',
  'poddisruptionbudget-policy-v1',
  'service-v1',
  'serviceaccount-v1',
  'statefulset-apps-v1',
];
const REFERENCE = '/api/_definitions.json#/$defs/';

function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** Without descriptions; a property named `description` is a schema, and stays. */
function bare(value: Json): Json {
  if (Array.isArray(value)) return value.map(bare);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([key, inner]) => !(key === 'description' && typeof inner === 'string') && key !== '$id');
  return Object.fromEntries(kept.map(([key, inner]) => [key, key === '$ref' ? String(inner).replace(REFERENCE, '#/$defs/') : bare(inner)]));
}

const referencesOf = (value: Json): readonly string[] =>
  [...JSON.stringify(value).matchAll(/"#\/\$defs\/([^"]+)"/g)].map(([, name = '']) => name);

function withDefinitions(schema: Json, definitions: JsonObject): JsonObject {
  const found = new Map<string, Json>();
  const open = [...referencesOf(schema)];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    const definition = bare(definitions[name] ?? true);
    found.set(name, definition);
    open.push(...referencesOf(definition));
  }
  return { ...(schema as JsonObject), $defs: Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

const write = (directory: string, name: string, schema: Json) =>
  writeFileSync(join(directory, `${name}.json`), `${JSON.stringify(schema)}\n`);

const temporary = mkdtempSync(join(tmpdir(), 'betrace-schemas-'));
try {
  run('python3', '-m', 'pip', 'install', '--quiet', '--no-deps', '--target', temporary, PACKAGE);
  const source = join(temporary, 'kubernetes_validate/kubernetes-json-schema', `v${KUBERNETES}-local-strict`);
  const read = (name: string) => JSON.parse(readFileSync(join(source, `${name}.json`), 'utf8')) as JsonObject;
  const definitions = read('_definitions')['$defs'] as JsonObject;
  rmSync(dirname(SCHEMAS.kubernetes), { recursive: true, force: true });
  for (const directory of Object.values(SCHEMAS)) mkdirSync(directory, { recursive: true });
  for (const kind of KINDS) {
    const [, name = '', version = ''] = /^([a-z]+)-(?:[a-z]+-)?(v\d)$/.exec(kind) ?? [];
    write(SCHEMAS.kubernetes, `${name}_${version}`, withDefinitions(bare(read(kind)), definitions));
  }
  for (const { module, file } of CUSTOM_RESOURCES) {
    const { Dir } = JSON.parse(run('go', 'mod', 'download', '-json', module)) as { readonly Dir: string };
    const definition = parse(readFileSync(join(Dir, file), 'utf8')) as {
      readonly spec: {
        readonly names: { readonly kind: string };
        readonly versions: readonly {
          readonly name: string;
          readonly served: boolean;
          readonly schema: { readonly openAPIV3Schema: Json };
        }[];
      };
    };
    for (const { name, schema } of definition.spec.versions.filter(({ served }) => served))
      write(SCHEMAS.operators, `${definition.spec.names.kind.toLowerCase()}_${name}`, strict(bare(schema.openAPIV3Schema)));
  }
} finally {
  rmSync(temporary, { recursive: true });
}
