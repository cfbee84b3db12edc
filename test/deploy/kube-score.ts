import { spawnSync } from 'node:child_process';
import { KUBERNETES } from './chart.js';

/** Opinions that the chart does not share, and why. */
export const NOT_SHARED: Readonly<Record<string, string>> = {
  'container-image-pull-policy':
    'a tag names a version and does not move: a node that has the image starts it also while the registry is unavailable',
  'container-security-context-user-group-id':
    'the image has the user 1000; no volume of the node is mounted, in which a user of that number could own a file',
  'deployment-has-host-podantiaffinity': 'topology spread constraints keep pods apart, by host and by zone',
  'statefulset-has-host-podantiaffinity': 'topology spread constraints keep pods apart, by host and by zone',
};
/** Findings of kube-score that a set of values causes on purpose. */
export const ASKED_BY_VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  everything: { 'deployment-replicas': 'a ScaledObject scales the evaluators, which kube-score does not know' },
  'fixed-replicas': {
    'pod-networkpolicy': 'networkPolicy.enabled is false',
    'deployment-has-poddisruptionbudget': 'api.podDisruptionBudget.enabled is false',
  },
};
/** Checks that kube-score runs only on request. */
const ASKED_FOR = ['container-seccomp-profile', 'container-ports-check'];

interface Scored {
  readonly object_name: string;
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
    readonly comments: readonly { readonly path: string; readonly summary: string }[] | null;
  }[];
}

export interface Opinion {
  readonly id: string;
  /** The object, the place in it, and what is wrong with it. */
  readonly says: string;
}

/** Grades of kube-score: 1 is critical, 5 a warning, 10 good. */
const GOOD = 10;

/** What kube-score finds wrong with manifests, warnings too. */
export function opinionsOf(kubeScore: string, manifests: string): readonly Opinion[] {
  const asked = ASKED_FOR.flatMap((id) => ['--enable-optional-test', id]);
  const version = /^\d+\.\d+/.exec(KUBERNETES)?.[0];
  const args = ['score', '--output-format', 'json', '--kubernetes-version', `v${version}`, ...asked, '-'];
  const { stdout, stderr } = spawnSync(kubeScore, args, { input: manifests, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (!stdout.startsWith('[')) throw new Error(`kube-score does not answer: ${stderr}`);
  return (JSON.parse(stdout) as readonly Scored[]).flatMap(({ object_name, checks }) =>
    checks
      .filter(({ grade, skipped }) => !skipped && grade < GOOD)
      .flatMap(({ check: { id }, comments }) =>
        (comments ?? [{ path: '', summary: id }]).map(({ path, summary }) => ({
          id,
          says: `${object_name}: ${path}: ${summary}`,
        })),
      ),
  );
}
