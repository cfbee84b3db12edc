// npm run ops:full: the chart against a Kubernetes API server. It is not part of `npm test`, because the API server takes five minutes to build. Prints a line
// for each step, and stops at the first failure.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { commandsOf } from '../../scripts/check/document-commands.js';
import { REPOSITORY } from '../harness/repository.js';
import { CHART, type Manifest, manifestsOf, render, VALUE_SETS } from './chart.js';
import { CUSTOM_RESOURCES } from './custom-resources.js';
import { deployTools } from './deploy-tools.js';
import { KubernetesApi, type Ran } from './kubernetes-api.js';

/** Pods that are not as restricted as possible are refused, and resources that create such pods cause warnings. */
const RESTRICTED = ['enforce', 'warn'].map((mode) => `pod-security.kubernetes.io/${mode}=restricted`);
/** Definitions of Strimzi are not available: see docs/deployment/README.md. */
const isKnown = ({ kind }: Manifest) => kind !== 'Kafka' && kind !== 'KafkaNodePool';

function succeeded(ran: Ran, what: string): string {
  if (ran.status !== 0) throw new Error(`${what}: ${ran.stderr}${ran.stdout}`);
  if (/warning|would violate/i.test(ran.stderr)) throw new Error(`${what} is warned of: ${ran.stderr}`);
  return ran.stdout;
}

function refused(ran: Ran, why: string): void {
  if (ran.status === 0 || !ran.stderr.includes(why)) throw new Error(`not refused with "${why}": ${ran.stderr}${ran.stdout}`);
}

const text = (manifests: readonly Manifest[]) => manifests.map((manifest) => stringify(manifest, { version: '1.1' })).join('---\n');

/** As the controller of Deployments does when all pods of the last change are ready: no pod runs here. */
function rollOut(api: KubernetesApi, deployment: string): void {
  const found = succeeded(api.kubectl('get', deployment, '-n', 'betrace', '-o', 'json'), deployment);
  const { metadata, spec } = JSON.parse(found) as Manifest;
  const counts = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'].map((count) => [count, spec.replicas]);
  const status = { observedGeneration: metadata.generation, ...Object.fromEntries(counts) };
  const patch = ['--subresource=status', '--type=merge', '-p', JSON.stringify({ status })];
  succeeded(api.kubectl('patch', deployment, '-n', 'betrace', ...patch), `the status of ${deployment}`);
}

/** The commands of the document, in a namespace that is made restricted. */
function installAsDocumented(api: KubernetesApi, helm: string): void {
  const document = readFileSync(join(REPOSITORY, 'docs/deployment/README.md'), 'utf8');
  const commands = commandsOf(document).flatMap((block) => block.split(/(?<!\\)\n/));
  const [namespace = '', ...rest] = commands;
  const values = { password: 'pass', registry: 'registry.example.com', version: '0.2.0' };
  const run = (command: string): string => {
    const filled = command.replaceAll(/<(password|registry|version)>/g, (_, name: keyof typeof values) => values[name]);
    const [, waitedFor] = /^kubectl rollout status (\S+)/.exec(command) ?? [];
    if (waitedFor !== undefined) {
      const early = api.run('bash', ['-ec', `timeout 2 ${filled}`]);
      if (early.status === 0) throw new Error(`did not wait: ${command}`);
      rollOut(api, waitedFor);
    }
    const bounded = waitedFor === undefined ? filled : `timeout 30 ${filled}`;
    return succeeded(api.run('bash', ['-ec', bounded], '', [dirname(helm)]), command);
  };
  run(namespace);
  succeeded(api.kubectl('label', 'namespace', 'betrace', ...RESTRICTED), 'the namespace');
  for (const command of rest) run(command);
  const history = succeeded(api.run(helm, ['history', 'betrace', '-n', 'betrace', '-o', 'json']), 'helm history');
  const revisions = (JSON.parse(history) as readonly { readonly description: string }[]).map(({ description }) => description);
  if (revisions.join('; ') !== 'Install complete; Upgrade complete; Rollback to 1')
    throw new Error(`not as documented: ${revisions.join('; ')}`);
  succeeded(api.run(helm, ['uninstall', 'betrace', '-n', 'betrace']), 'helm uninstall');
}

async function main(): Promise<void> {
  const missing = ['etcd', 'go'].filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);
  if (missing.length > 0) throw new Error(`not in PATH: ${missing.join(', ')} (Debian's etcd-server has etcd)`);
  let from = Date.now();
  const said = (what: string) => {
    console.log(`${((Date.now() - from) / 1000).toFixed(1).padStart(6)} s  ${what}`);
    from = Date.now();
  };
  const { helm } = await deployTools();
  const api = await KubernetesApi.start();
  said('a Kubernetes API server answers');
  try {
    for (const { module, file } of CUSTOM_RESOURCES) {
      const { stdout } = spawnSync('go', ['mod', 'download', '-json', module], { encoding: 'utf8' });
      const { Dir } = JSON.parse(stdout) as { readonly Dir: string };
      succeeded(api.kubectl('create', '-f', join(Dir, file)), file);
    }
    succeeded(api.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s'), 'the custom resources');
    said(`${CUSTOM_RESOURCES.length} custom resource definitions of operators`);
    installAsDocumented(api, helm);
    said('the commands of docs/deployment/README.md');

    const apply = (manifests: readonly Manifest[]) =>
      api.run('kubectl', ['apply', '--dry-run=server', '--validate=strict', '-n', 'betrace', '-f', '-'], text(manifests));
    for (const values of VALUE_SETS) {
      const manifests = manifestsOf(render(helm, values).text).filter(isKnown);
      succeeded(apply(manifests), values);
      said(`${values}: ${manifests.length} objects are taken, none with a warning`);
    }

    const good = manifestsOf(render(helm, 'external-kafka').text);
    const [deployment] = good.filter(({ kind }) => kind === 'Deployment');
    const changed = (change: (spec: Manifest) => void) => {
      const copy = structuredClone(deployment);
      change(copy.spec.template.spec);
      return copy;
    };
    refused(apply([changed((pod) => (pod.containers[0].prots = []))]), 'unknown field "spec.template.spec.containers[0].prots"');
    const warned = apply([changed((pod) => delete pod.containers[0].securityContext.capabilities)]);
    if (!warned.stderr.includes('would violate PodSecurity "restricted')) throw new Error(`no warning: ${warned.stderr}`);
    const root = { ...changed((pod) => (pod.securityContext.runAsUser = 0)).spec.template, apiVersion: 'v1', kind: 'Pod' };
    refused(apply([{ ...root, metadata: { name: 'root' } }]), 'violates PodSecurity "restricted');
    said('a misspelt field, a capability that stays and root are found');

    const release = (command: string, ...args: readonly string[]) => api.run(helm, [command, 'betrace', ...args, '-n', 'betrace']);
    const values = (name: string) => ['-f', join(CHART, 'ci', `${name}.yaml`)];
    const images = () =>
      succeeded(
        api.kubectl('get', 'deployments', '-n', 'betrace', '-o', 'jsonpath={.items[*].spec.template.spec.containers[*].image}'),
        'images',
      );
    const replicas = () =>
      succeeded(api.kubectl('get', 'deployments', '-n', 'betrace', '-o', 'jsonpath={.items[*].spec.replicas}'), 'replicas');
    const expect = (got: string, wanted: string) => {
      if (got !== wanted) throw new Error(`expected ${wanted}, got ${got}`);
    };
    succeeded(release('install', CHART, ...values('external-kafka')), 'helm install');
    const first = images();
    expect(replicas(), '1 1 1');
    said('helm install');
    // A number of replicas that is scaled in between stays: with an autoscaler an upgrade names none.
    succeeded(api.kubectl('scale', 'deployment', 'betrace-ingest', '-n', 'betrace', '--replicas=5'), 'kubectl scale');
    succeeded(
      release('upgrade', CHART, ...values('external-kafka'), '--set', 'image.tag=0.2.0', '--set', 'serviceMonitor.enabled=true'),
      'helm upgrade',
    );
    expect(images(), 'betrace:0.2.0 betrace:0.2.0 betrace:0.2.0');
    expect(replicas(), '1 1 5');
    said('helm upgrade, with a number of replicas that an autoscaler chose');
    succeeded(release('rollback', '1'), 'helm rollback');
    expect(images(), first);
    const left = succeeded(api.kubectl('get', 'servicemonitors', '-n', 'betrace', '-o', 'name'), 'ServiceMonitors');
    expect(left, '');
    said('helm rollback');
    succeeded(release('uninstall'), 'helm uninstall');
    const rest = succeeded(
      api.kubectl('get', 'all,configmaps,ingresses,networkpolicies,pdb,hpa', '-n', 'betrace', '-o', 'name'),
      'what is left',
    );
    expect(rest.replaceAll(/configmap\/kube-root-ca.crt\n/g, ''), '');
    said('helm uninstall leaves nothing');
  } finally {
    api.stop();
  }
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
