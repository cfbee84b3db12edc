// The chart on a real Kubernetes API server, with the definitions of the operators' resources. No controller and no pod runs there.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { commandsOf } from '../../scripts/check/document-commands.js';
import { REPOSITORY } from '../harness/repository.js';
import { PEER_TIMEOUT_MS } from '../peers/kept.js';
import { CHART, type Manifest, manifestsOf, render, VALUE_SETS } from './chart.js';
import { CUSTOM_RESOURCES } from './custom-resources.js';
import { deployTools } from './deploy-tools.js';
import { KubernetesApi, type Ran, whyNoKubernetesApi } from './kubernetes-api.js';
import { DEFINITIONS, strimziDefinitions } from './strimzi.js';

/** Pods that are not as restricted as possible are refused, and resources that create such pods cause warnings. */
const RESTRICTED = ['enforce', 'warn'].map((mode) => `pod-security.kubernetes.io/${mode}=restricted`);

/** The output of a command that neither failed nor caused a warning. */
function succeeded({ status, stdout, stderr }: Ran, what: string): string {
  expect([what, status, stderr]).toEqual([what, 0, expect.not.stringMatching(/warning|would violate/i)]);
  return stdout;
}

const text = (manifests: readonly Manifest[]) => manifests.map((manifest) => stringify(manifest, { version: '1.1' })).join('---\n');

const problem = whyNoKubernetesApi();
if (problem !== undefined) console.warn(`SKIPPED: the Helm chart on a Kubernetes API server (${problem})`);

(problem === undefined ? describe : describe.skip)('the Helm chart on a Kubernetes API server', () => {
  let helm: string;
  let api: KubernetesApi;
  // On a new machine, the API server is compiled first: `.ci/run` begins with it before the tests.
  beforeAll(async () => {
    ({ helm } = await deployTools());
    api = await KubernetesApi.start();
    for (const { module, file } of CUSTOM_RESOURCES) {
      const { stdout } = spawnSync('go', ['mod', 'download', '-json', module], { encoding: 'utf8' });
      const { Dir, Error: error } = JSON.parse(stdout) as { readonly Dir?: string; readonly Error?: string };
      if (Dir === undefined) throw new Error(`${module}: ${error}`);
      succeeded(api.kubectl('create', '-f', join(Dir, file)), file);
    }
    succeeded(api.kubectl('create', '-f', join(await strimziDefinitions(), DEFINITIONS)), "Strimzi's");
    succeeded(api.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=100s'), 'the custom resources');
    succeeded(api.kubectl('create', 'namespace', 'restricted'), 'the namespace');
    succeeded(api.kubectl('label', 'namespace', 'restricted', ...RESTRICTED), 'its label');
  }, 2 * PEER_TIMEOUT_MS);
  afterAll(() => api?.stop());

  const apply = (manifests: readonly Manifest[]) =>
    api.run('kubectl', ['apply', '--dry-run=server', '--validate=strict', '-n', 'restricted', '-f', '-'], text(manifests));

  it.each(VALUE_SETS)('has objects that are accepted without a warning, with %s', (values) => {
    const manifests = manifestsOf(render(helm, values).text);
    const taken = succeeded(apply(manifests), values);
    expect(taken.trim().split('\n')).toHaveLength(manifests.length);
  });

  it('would be refused for a misspelt field or a pod that runs as root, and warned of for a capability that stays', () => {
    const [deployment] = manifestsOf(render(helm, 'external-kafka').text).filter(({ kind }) => kind === 'Deployment');
    const changed = (change: (pod: Manifest) => void) => {
      const copy = structuredClone(deployment);
      change(copy.spec.template.spec);
      return copy;
    };
    const misspelt = apply([changed((pod) => (pod.containers[0].prots = []))]);
    expect(misspelt).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('unknown field "spec.template.spec.containers[0].prots"'),
    });
    const [kafka] = manifestsOf(render(helm, 'everything').text).filter(({ kind }) => kind === 'Kafka');
    const { entityOperator, ...spec } = kafka.spec;
    expect(apply([{ ...kafka, spec: { ...spec, entityOperators: entityOperator } }])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('unknown field "spec.entityOperators"'),
    });
    const warned = apply([changed((pod) => delete pod.containers[0].securityContext.capabilities)]);
    expect(warned.stderr).toContain('would violate PodSecurity "restricted');
    const root = { ...changed((pod) => (pod.securityContext.runAsUser = 0)).spec.template, apiVersion: 'v1', kind: 'Pod' };
    const refused = apply([{ ...root, metadata: { name: 'root' } }]);
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('violates PodSecurity "restricted') });
  });

  it('is installed, upgraded, rolled back and removed', () => {
    const release = (command: string, ...args: readonly string[]) =>
      succeeded(api.run(helm, [command, 'betrace', ...args, '-n', 'restricted']), `helm ${command}`);
    const values = (name: string) => ['-f', join(CHART, 'ci', `${name}.yaml`)];
    const of = (path: string) =>
      succeeded(api.kubectl('get', 'deployments', '-n', 'restricted', '-o', `jsonpath={.items[*].spec.${path}}`), path);
    const images = () => of('template.spec.containers[*].image');
    release('install', CHART, ...values('external-kafka'));
    const first = images();
    expect(of('replicas')).toBe('1 1 1');
    // A number of replicas that is scaled in between stays: with an autoscaler an upgrade names none.
    succeeded(api.kubectl('scale', 'deployment', 'betrace-ingest', '-n', 'restricted', '--replicas=5'), 'kubectl scale');
    release('upgrade', CHART, ...values('external-kafka'), '--set', 'image.tag=0.2.0', '--set', 'serviceMonitor.enabled=true');
    expect([images(), of('replicas')]).toEqual(['betrace:0.2.0 betrace:0.2.0 betrace:0.2.0', '1 1 5']);
    const monitors = () => succeeded(api.kubectl('get', 'servicemonitors', '-n', 'restricted', '-o', 'name'), 'ServiceMonitors');
    expect(monitors()).toBe('servicemonitor.monitoring.coreos.com/betrace\n');
    release('rollback', '1');
    expect([images(), monitors()]).toEqual([first, '']);
    release('uninstall');
    const left = ['get', 'all,configmaps,ingresses,networkpolicies,pdb,hpa,serviceaccounts', '-n', 'restricted', '-o', 'name'];
    expect(succeeded(api.kubectl(...left), 'what is left').replace('configmap/kube-root-ca.crt\n', '')).toBe('');
  });

  it('does what the commands of docs/deployment/README.md say', () => {
    const document = readFileSync(join(REPOSITORY, 'docs/deployment/README.md'), 'utf8');
    const [namespace = '', ...rest] = commandsOf(document).flatMap((block) => block.split(/(?<!\\)\n/));
    const values = { password: 'pass', registry: 'registry.example.com', version: '0.2.0' };
    const shell = (command: string, seconds: number) => {
      const filled = command.replaceAll(/<(password|registry|version)>/g, (_, name: keyof typeof values) => values[name]);
      return api.run('bash', ['-ec', `timeout ${seconds} ${filled}`], '', [dirname(helm)]);
    };
    succeeded(shell(namespace, 100), namespace);
    succeeded(api.kubectl('label', 'namespace', 'betrace', ...RESTRICTED), 'the namespace');
    for (const command of rest) {
      const [, waitedFor] = /^kubectl rollout status (\S+)/.exec(command) ?? [];
      if (waitedFor !== undefined) {
        // It waits: `timeout` then exits with 124.
        expect(shell(command, 2)).toMatchObject({ status: 124 });
        rollOut(api, waitedFor);
      }
      succeeded(shell(command, 100), command);
    }
    const history = succeeded(api.run(helm, ['history', 'betrace', '-n', 'betrace', '-o', 'json']), 'helm history');
    const revisions = (JSON.parse(history) as readonly { readonly description: string }[]).map(({ description }) => description);
    expect(revisions).toEqual(['Install complete', 'Upgrade complete', 'Rollback to 1']);
  });
});

/** As the controller of Deployments does when all pods of the last change are ready: no pod runs here. */
function rollOut(api: KubernetesApi, deployment: string): void {
  const found = succeeded(api.kubectl('get', deployment, '-n', 'betrace', '-o', 'json'), deployment);
  const { metadata, spec } = JSON.parse(found) as Manifest;
  const counts = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'].map((count) => [count, spec.replicas]);
  const status = { observedGeneration: metadata.generation, ...Object.fromEntries(counts) };
  const patch = ['--subresource=status', '--type=merge', '-p', JSON.stringify({ status })];
  succeeded(api.kubectl('patch', deployment, '-n', 'betrace', ...patch), `the status of ${deployment}`);
}
