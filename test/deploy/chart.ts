// The chart as Helm renders it.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { REPOSITORY } from '../harness/repository.js';

export const CHART = join(REPOSITORY, 'deploy/helm/betrace');
/** The Kubernetes version against which the chart is checked. */
export const KUBERNETES = '1.36.0';
export const VALUE_SETS = globSync('ci/*.yaml', { cwd: CHART })
  .map((file) => basename(file, '.yaml'))
  .sort();

// biome-ignore lint/suspicious/noExplicitAny: objects of a dozen kinds; kubeconform and the API server check their shapes.
export type Manifest = any;

export interface Outcome {
  readonly status: number | null;
  readonly text: string;
}

/** The output of `helm template` for a file of values, and further values. */
export function render(helm: string, values: string | undefined, ...set: readonly string[]): Outcome {
  const file = values === undefined ? [] : ['-f', join(CHART, 'ci', `${values}.yaml`)];
  const args = [
    'template',
    'betrace',
    CHART,
    '-n',
    'betrace',
    '--kube-version',
    KUBERNETES,
    ...file,
    ...set.flatMap((one) => ['--set', one]),
  ];
  const { status, stdout, stderr } = spawnSync(helm, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  return { status, text: status === 0 ? stdout : stderr };
}

export const manifestsOf = (text: string): readonly Manifest[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest)
    .filter((manifest) => manifest !== null);

/** The pods of manifests, with the names of their owners. */
export const podsOf = (
  manifests: readonly Manifest[],
): readonly { readonly name: string; readonly metadata: Manifest; readonly spec: Manifest }[] =>
  manifests.flatMap(({ kind, metadata, spec }) => {
    const template = kind === 'CronJob' ? spec.jobTemplate.spec.template : spec?.template;
    return template?.spec?.containers === undefined
      ? []
      : [{ name: `${kind}/${metadata.name}`, metadata: template.metadata, spec: template.spec }];
  });
