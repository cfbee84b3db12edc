// The jars of Apache Kafka, which Maven fetches once into .cache/.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { copyJars, type MavenPackage } from './copy-jars.js';

export const KAFKA_VERSION = '4.1.1';

/** Works from sources (jest) and from dist. */
const root = ['../..', '../../..'].map((up) => resolve(import.meta.dirname, up)).find((folder) => existsSync(join(folder, 'package.json')));

/** With log4j's binding, so that the broker's own errors are readable. */
const PACKAGES: readonly MavenPackage[] = [
  ['org.apache.kafka', 'kafka_2.13', KAFKA_VERSION],
  ['org.apache.kafka', 'kafka-tools', KAFKA_VERSION],
  ['org.apache.logging.log4j', 'log4j-slf4j-impl', '2.24.3'],
];

/** Why no broker can be started on this machine, as one sentence; undefined when it can. */
export function whyNoBroker(): string | undefined {
  const java = versionOf('java', ['-version'], /version "(\d+)/);
  if (java === undefined) return 'Java is missing: install Java 17 or newer and put `java` into PATH.';
  if (java < 17) return `Kafka ${KAFKA_VERSION} needs Java 17 or newer; \`java\` in PATH is ${java}.`;
  if (existsSync(jarsFolder())) return undefined;
  if (versionOf('mvn', ['--version'], /Maven (\d+)/) === undefined) return 'Maven is missing: install it and put `mvn` into PATH.';
  return undefined;
}

/** The folder with the jars, which are fetched if missing. `say` receives messages about slow steps. */
export async function kafkaJars(say: (text: string) => void): Promise<string> {
  const folder = jarsFolder();
  if (existsSync(folder)) return folder;
  const cache = join(String(root), '.cache');
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'kafka-download-'));
  try {
    say(`fetching Apache Kafka ${KAFKA_VERSION} by Maven (first time only, 45 MB) …`);
    await copyJars(work, PACKAGES);
    keepFirst(join(work, 'libs'), folder);
    return folder;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Moves a folder into its place, unless another process of several that fetch at once was faster. The move is atomic, so the place never holds a part. */
export function keepFirst(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    // Only a folder with content refuses another one. A check before the move would leave a gap between the two.
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function jarsFolder(): string {
  return join(String(root), '.cache', `kafka-${KAFKA_VERSION}`);
}

function versionOf(command: string, args: readonly string[], pattern: RegExp): number | undefined {
  const { stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  const found = error ? undefined : pattern.exec(`${stdout}${stderr}`)?.[1];
  return found === undefined ? undefined : Number(found);
}
