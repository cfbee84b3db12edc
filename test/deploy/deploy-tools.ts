import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from '../harness/repository.js';
import { whyNoGo } from '../peers/go.js';
import { kept } from '../peers/kept.js';

const source = join(REPOSITORY, 'test/deploy/tools');
/** As in ../peers/go.ts: faster to compile, and shared packages are compiled once. */
const FLAGS = ['-trimpath', '-gcflags=all=-N -l', '-ldflags=-s -w'];

export interface DeployTools {
  readonly helm: string;
  readonly kubeconform: string;
}

/** Why helm and kubeconform cannot be built on this machine; undefined when they can. Throws with `CI` set. */
export function whyNoDeployTools(): string | undefined {
  const reason = whyNoGo();
  if (reason !== undefined && process.env['CI']) throw new Error(`the chart has to be checked in CI: ${reason}`);
  return reason;
}

/** Paths of helm and kubeconform, built once from the versions that tools/go.sum pins. */
export async function deployTools(): Promise<DeployTools> {
  const recipe = [...FLAGS, readFileSync(join(source, 'go.mod'), 'utf8'), readFileSync(join(source, 'go.sum'), 'utf8')].join('\n');
  const folder = await kept('deploy-tools', recipe, async (work) => {
    const env = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-mod=readonly' };
    const args = [
      '-n',
      '10',
      'go',
      'build',
      ...FLAGS,
      '-o',
      `${work}/`,
      'helm.sh/helm/v3/cmd/helm',
      'github.com/yannh/kubeconform/cmd/kubeconform',
    ];
    await promisify(execFile)('nice', args, { cwd: source, env, maxBuffer: 64 * 1024 * 1024 });
  });
  return { helm: join(folder, 'helm'), kubeconform: join(folder, 'kubeconform') };
}
