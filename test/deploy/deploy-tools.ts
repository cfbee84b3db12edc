import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../harness/eventually.js';
import { REPOSITORY } from '../harness/repository.js';
import { whyNoGo } from '../peers/go.js';
import { kept, PEER_TIMEOUT_MS } from '../peers/kept.js';
import { KUBERNETES } from './chart.js';

/**
 * Programs that are built together, with their module. Packages that helm and Kubernetes share are compiled once; kube-score needs older packages of
 * Kubernetes.
 */
const TOOLS = {
  chart: { module: 'tools', programs: ['helm.sh/helm/v3/cmd/helm', 'github.com/yannh/kubeconform/cmd/kubeconform'] },
  'kube-score': { module: 'kube-score', programs: ['github.com/zegl/kube-score/cmd/kube-score'] },
  kubernetes: { module: 'tools', programs: ['k8s.io/kubernetes/cmd/kube-apiserver', 'k8s.io/kubernetes/cmd/kubectl'] },
} as const;
/** As in ../peers/go.ts: compiled in less time, and shared packages are compiled once. */
const FLAGS = ['-trimpath', '-gcflags=all=-N -l', '-ldflags=-s -w'];

export interface DeployTools {
  readonly helm: string;
  readonly kubeconform: string;
  readonly kubeScore: string;
}

/** What `.ci/run` compiles, so that the tests of the chart need not wait for it: folders of Go modules, programs in them, and the flags. */
export const COMPILED_BY_CI = { beforeTests: [TOOLS.chart, TOOLS['kube-score']], besideTests: TOOLS.kubernetes, flags: FLAGS };
/** The variable with the path of a file that `.ci/run` creates when the programs are ready that it compiles during the tests. */
export const COMPILED = 'BETRACE_TEST_COMPILED';

/** Why they can't be built on this machine; undefined when they can. Throws with `CI` set. */
export function whyNoDeployTools(): string | undefined {
  const reason = whyNoGo();
  if (reason !== undefined && process.env['CI']) throw new Error(`the chart has to be checked in CI: ${reason}`);
  return reason;
}

/** Paths of helm, kubeconform and kube-score, each built once from the versions that tools/go.sum and kube-score/go.sum pin. */
export async function deployTools(): Promise<DeployTools> {
  const chart = await built('chart');
  return {
    helm: join(chart, 'helm'),
    kubeconform: join(chart, 'kubeconform'),
    kubeScore: join(await built('kube-score'), 'kube-score'),
  };
}

/** Likewise for a Kubernetes API server and kubectl, which take minutes to compile. */
export async function kubernetesTools(): Promise<{ readonly kubeApiserver: string; readonly kubectl: string }> {
  const compiled = process.env[COMPILED];
  // Two builds at once would compile everything twice.
  if (compiled) await eventually('the build of the API server', async () => existsSync(compiled) || undefined, PEER_TIMEOUT_MS, 500);
  const folder = await built('kubernetes');
  return { kubeApiserver: join(folder, 'kube-apiserver'), kubectl: join(folder, 'kubectl') };
}

/** The folder with the programs. */
async function built(name: keyof typeof TOOLS): Promise<string> {
  const { module, programs } = TOOLS[name];
  const source = join(REPOSITORY, 'test/deploy', module);
  const sums = ['go.mod', 'go.sum'].map((file) => readFileSync(join(source, file), 'utf8'));
  const how = name === 'kubernetes' ? flagsOfKubernetes() : FLAGS;
  return kept(`deploy-${name}`, [...how, ...programs, ...sums].join('\n'), async (work) => {
    const env = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-mod=readonly' };
    const args = ['-n', '10', 'go', 'build', ...how, '-o', `${work}/`, ...programs];
    await promisify(execFile)('nice', args, { cwd: source, env, maxBuffer: 64 * 1024 * 1024 });
  });
}

/** The API server refuses to start without a version. */
function flagsOfKubernetes(): readonly string[] {
  const [major, minor] = KUBERNETES.split('.');
  const said = { gitVersion: `v${KUBERNETES}`, gitMajor: major, gitMinor: minor };
  const versions = Object.entries(said).map(([key, value]) => `-X k8s.io/component-base/version.${key}=${value}`);
  return FLAGS.map((flag) => (flag.startsWith('-ldflags') ? [flag, ...versions].join(' ') : flag));
}
