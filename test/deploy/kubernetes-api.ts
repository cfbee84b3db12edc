// A Kubernetes API server with its etcd, built and started here, since there is no cluster. It runs no controller and no pod.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { eventually, GivenUp } from '../harness/eventually.js';
import { freePorts } from '../harness/free-port.js';
import { REPOSITORY } from '../harness/repository.js';
import { kubernetesTools, whyNoDeployTools } from './deploy-tools.js';

const TOKEN = 'token-of-a-test';
/** Timeout (ms) for etcd and the API server to answer. */
const START_TIMEOUT_MS = 120_000;
/** Timeout (ms) for a command. */
const COMMAND_TIMEOUT_MS = 120_000;

/** Processes that are killed when the test process ends. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Why there is no API server on this machine; undefined when there can be one. Throws with `CI` set. */
export function whyNoKubernetesApi(): string | undefined {
  const reason = whyNoDeployTools();
  if (reason !== undefined || spawnSync('etcd', ['--version']).status === 0) return reason;
  if (process.env['CI']) throw new Error('the chart has to be tried on an API server in CI, and etcd is missing');
  return 'no etcd in PATH: apt-get install etcd-server';
}

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class KubernetesApi {
  private constructor(
    private readonly children: readonly ChildProcess[],
    private readonly folder: string,
    readonly kubeconfig: string,
    private readonly kubectlBinary: string,
  ) {}

  static async start(): Promise<KubernetesApi> {
    const { kubeApiserver, kubectl } = await kubernetesTools();
    const folder = mkdtempSync(join(tmpdir(), 'betrace-kubernetes-'));
    const [client = 0, peer = 0, secure = 0] = await freePorts(3);
    const [clientUrl, peerUrl] = [`http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`];
    mkdirSync(join(folder, 'etcd'), { mode: 0o700 });
    writeFileSync(join(folder, 'tokens.csv'), `${TOKEN},admin,admin,system:masters\n`);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(join(folder, 'accounts.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    const start = (name: string, command: string, ...args: readonly string[]) => {
      const log = openSync(join(folder, `${name}.log`), 'w');
      const child = spawn(command, args, { stdio: ['ignore', log, log] });
      running.add(child);
      return child;
    };
    const etcd = start(
      'etcd',
      'etcd',
      ...['--data-dir', join(folder, 'etcd'), '--listen-client-urls', clientUrl, '--advertise-client-urls', clientUrl],
      ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl, '--initial-cluster', `default=${peerUrl}`],
    );
    const server = start(
      'kube-apiserver',
      kubeApiserver,
      ...[
        `--etcd-servers=${clientUrl}`,
        `--secure-port=${secure}`,
        '--bind-address=127.0.0.1',
        `--cert-dir=${join(folder, 'certificates')}`,
      ],
      ...[
        `--service-account-key-file=${join(folder, 'accounts.key')}`,
        `--service-account-signing-key-file=${join(folder, 'accounts.key')}`,
      ],
      ...['--service-account-issuer=https://kubernetes.default.svc', `--token-auth-file=${join(folder, 'tokens.csv')}`],
      ...['--authorization-mode=RBAC', '--service-cluster-ip-range=10.0.0.0/24', '--disable-admission-plugins=ServiceAccount'],
    );
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, kubeconfigOf(`https://127.0.0.1:${secure}`), { mode: 0o600 });
    const api = new KubernetesApi([server, etcd], folder, kubeconfig, kubectl);
    try {
      await eventually(
        'the API server',
        async () => {
          const ended = api.children.find(({ exitCode }) => exitCode !== null);
          if (ended !== undefined) throw new GivenUp(`${ended.spawnfile} ended with exit code ${ended.exitCode}`);
          return api.kubectl('get', '--raw', '/readyz').status === 0 ? true : undefined;
        },
        START_TIMEOUT_MS,
        250,
      );
      return api;
    } catch (error) {
      const said = ['etcd', 'kube-apiserver'].map((name) => readFileSync(join(folder, `${name}.log`), 'utf8').slice(-2_000));
      api.stop();
      throw new Error([(error as Error).message, ...said].join('\n'), { cause: error });
    }
  }

  kubectl(...args: readonly string[]): Ran {
    return this.run(this.kubectlBinary, args);
  }

  /** Runs a command against this API server; `input` is its standard input, and `path` precedes kubectl in PATH. */
  run(command: string, args: readonly string[], input = '', path: readonly string[] = []): Ran {
    const env = {
      ...process.env,
      PATH: [...path, dirname(this.kubectlBinary), process.env['PATH']].join(delimiter),
      KUBECONFIG: this.kubeconfig,
      HELM_CACHE_HOME: this.folder,
      HELM_CONFIG_HOME: this.folder,
      HELM_DATA_HOME: this.folder,
    };
    const options = { cwd: REPOSITORY, env, input, encoding: 'utf8', maxBuffer: 1 << 26, timeout: COMMAND_TIMEOUT_MS } as const;
    const { status, stdout, stderr, error } = spawnSync(command, args, options);
    return { status, stdout: stdout ?? '', stderr: `${stderr ?? ''}${error?.message ?? ''}` };
  }

  stop(): void {
    for (const child of this.children) {
      child.kill('SIGKILL');
      running.delete(child);
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const kubeconfigOf = (server: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: { token: TOKEN } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  });
