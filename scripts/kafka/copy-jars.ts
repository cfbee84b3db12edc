import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package of a Maven repository: `[group, artifact, version]`. */
export type MavenPackage = readonly [group: string, artifact: string, version: string];

const dependency = ([group, artifact, version]: MavenPackage) =>
  `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;

/** Fetches the jars of packages, and of all that these need, by Maven into `work`/libs. Throws with Maven's words. */
export async function copyJars(work: string, packages: readonly MavenPackage[]): Promise<void> {
  const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>betrace</groupId><artifactId>jars</artifactId><version>1</version>
  <dependencies>${packages.map(dependency).join('\n    ')}</dependencies>
</project>`;
  writeFileSync(join(work, 'pom.xml'), pom);
  const output: string[] = [];
  const child = spawn('mvn', ['-B', '-q', '-ntp', 'dependency:copy-dependencies', `-DoutputDirectory=${join(work, 'libs')}`], {
    cwd: work,
  });
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  const names = packages.map(([, artifact, version]) => `${artifact} ${version}`).join(', ');
  if (code !== 0) throw new Error(`Maven could not fetch ${names}. Is its repository reachable?\n${output.join('')}`);
}
