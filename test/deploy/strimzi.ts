// The definitions of Strimzi's resources. No package has them, but Strimzi's Java API has the classes of which Strimzi itself makes them.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { copyJars } from '../../scripts/kafka/copy-jars.js';
import { kept } from '../peers/kept.js';
import { type Json, strict } from './strict-schema.js';

/** The last one whose classes Java 17 reads. It has the version v1 of the API, which newer ones have too. */
const STRIMZI = '0.51.0';
const GROUP = 'kafka.strimzi.io';
const VERSION = 'v1';
/** The kinds of the chart, with the words for several. */
const KINDS = { Kafka: 'kafkas', KafkaNodePool: 'kafkanodepools' } as const;
const CLASSES = ['io.strimzi.api.kafka.model.kafka.Kafka', 'io.strimzi.api.kafka.model.nodepool.KafkaNodePool'];
/** Limits by which the classes are annotated, with the types of their values. The declarations of the annotations are in no package. */
const ANNOTATIONS = {
  Maximum: 'int',
  Minimum: 'int',
  MinimumItems: 'int',
  Pattern: 'String',
  PresentInVersions: 'String',
  RequiredInVersions: 'String',
} as const;
const PACKAGE = 'io.strimzi.crdgenerator.annotations';
const program = join(import.meta.dirname, 'strimzi/PrintSchemas.java');

/** The file with the CustomResourceDefinitions, in the folder of `strimziDefinitions`. */
export const DEFINITIONS = 'definitions.json';

/** A folder with `DEFINITIONS` and, by kind and version (`kafka_v1.json`), strict schemas. Needs a JDK and Maven. */
export async function strimziDefinitions(): Promise<string> {
  const recipe = [STRIMZI, VERSION, JSON.stringify(ANNOTATIONS), readFileSync(program, 'utf8'), String(definitionOf)].join('\n');
  return kept('strimzi', recipe, async (work) => {
    await copyJars(work, [['io.strimzi', 'api', STRIMZI]]);
    const schemas = await printedSchemas(work);
    const definitions = Object.entries(KINDS).map(([kind, plural]) => definitionOf(kind, plural, schemas[kind]!));
    writeFileSync(join(work, DEFINITIONS), JSON.stringify({ apiVersion: 'v1', kind: 'List', items: definitions }));
    for (const { spec } of definitions) {
      const file = `${spec.names.kind.toLowerCase()}_${VERSION}.json`;
      writeFileSync(join(work, file), JSON.stringify(strict(spec.versions[0]!.schema.openAPIV3Schema)));
    }
  });
}

/** The schema of the `spec` of each kind. */
async function printedSchemas(work: string): Promise<Readonly<Record<string, Json>>> {
  const [sources, classes] = ['sources', 'classes'].map((name) => join(work, name)) as [string, string];
  mkdirSync(sources);
  const files = Object.entries(ANNOTATIONS).map(([name, type]) => {
    const file = join(sources, `${name}.java`);
    const retention = '@java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME)';
    writeFileSync(file, `package ${PACKAGE}; ${retention} public @interface ${name} { ${type} value(); }`);
    return file;
  });
  const run = promisify(execFile);
  const jars = join(work, 'libs/*');
  await run('javac', ['-d', classes, '-cp', jars, program, ...files]);
  const { stdout } = await run('java', ['-cp', `${classes}:${jars}`, 'PrintSchemas', VERSION, ...CLASSES], { maxBuffer: 1 << 26 });
  return JSON.parse(stdout) as Readonly<Record<string, Json>>;
}

function definitionOf(kind: string, plural: string, spec: Json) {
  const text = { type: 'string' };
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const properties = { apiVersion: text, kind: text, metadata: { type: 'object' }, spec, status: open };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      scope: 'Namespaced',
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', required: ['spec'], properties } },
        },
      ],
    },
  };
}
