// The chart as Helm renders it.
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { REPOSITORY } from '../harness/repository.js';

export const CHART = join(REPOSITORY, 'deploy/helm/betrace');
/** The Kubernetes version against which the chart is checked: that of the API server in `api-server.spec.ts`. */
export const KUBERNETES = kubernetesOf(readFileSync(join(REPOSITORY, 'test/deploy/tools/go.mod'), 'utf8'));
/** The strict schemas of that version, and those of the operators. */
export const SCHEMAS = {
  kubernetes: join(REPOSITORY, 'test/fixtures/kubernetes', `v${KUBERNETES}`),
  operators: join(REPOSITORY, 'test/fixtures/kubernetes/operators'),
};
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
export const render = (helm: string, values: string | undefined, ...set: readonly string[]): Outcome =>
  renderRelease('betrace', helm, values, ...set);

export function renderRelease(release: string, helm: string, values: string | undefined, ...set: readonly string[]): Outcome {
  const file = values === undefined ? [] : ['-f', join(CHART, 'ci', `${values}.yaml`)];
  const args = [
    'template',
    release,
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

function kubernetesOf(goMod: string): string {
  const [, version] = /^\tk8s\.io\/kubernetes v(\d+\.\d+\.\d+)\b/m.exec(goMod) ?? [];
  if (version === undefined) throw new Error('test/deploy/tools/go.mod has no version of k8s.io/kubernetes');
  return version;
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
