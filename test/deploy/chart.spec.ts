import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { KEYS } from '../../libs/platform/src/configuration/settings/keys.js';
import { REPOSITORY } from '../harness/repository.js';
import { PEER_TIMEOUT_MS } from '../peers/kept.js';
import { CHART, KUBERNETES, type Manifest, manifestsOf, render, renderRelease, SCHEMAS, VALUE_SETS } from './chart.js';
import { type DeployTools, deployTools, whyNoDeployTools } from './deploy-tools.js';
import { ASKED_BY_VALUES, NOT_SHARED, opinionsOf } from './kube-score.js';
import { renderedChart } from './rendered-chart.js';
import { strimziDefinitions } from './strimzi.js';

const root = REPOSITORY;
const plain = join(root, 'docs/deployment/kubernetes.yaml');
/** A schema of another version of Kubernetes is in another folder, and not found. */
const locations = () =>
  [...Object.values(SCHEMAS), strimzi].flatMap((folder) => [
    '-schema-location',
    join(folder, '{{.ResourceKind}}_{{.ResourceAPIVersion}}.json'),
  ]);
/** The folder with the definitions of Strimzi's resources. */
let strimzi: string;
const problem = whyNoDeployTools();
if (problem !== undefined) console.warn(`SKIPPED: the Helm chart (${problem})`);

(problem === undefined ? describe : describe.skip)('the Helm chart', () => {
  let tools: DeployTools;
  let rendered: ReadonlyMap<string, readonly Manifest[]>;
  beforeAll(async () => {
    tools = await deployTools();
    strimzi = await strimziDefinitions();
    rendered = renderedChart(tools.helm);
  }, PEER_TIMEOUT_MS);

  it('has the version of the package', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
    expect(parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8'))).toMatchObject({ version, appVersion: version });
  });

  it('is checked for the version of Kubernetes that the document names', () => {
    const document = readFileSync(join(root, 'docs/deployment/README.md'), 'utf8');
    const [, named] = /the strict schemas of Kubernetes (\d+\.\d+) /.exec(document) ?? [];
    expect(named).toBe(KUBERNETES.split('.').slice(0, 2).join('.'));
  });

  it.each(VALUE_SETS)('passes helm lint --strict with %s', (values) => {
    const args = ['lint', '--strict', CHART, '--kube-version', KUBERNETES, '-f', join(CHART, 'ci', `${values}.yaml`)];
    const { status, stdout, stderr } = spawnSync(tools.helm, args, { encoding: 'utf8' });
    expect([status, stdout + stderr]).toEqual([0, expect.not.stringMatching(/WARNING|ERROR/)]);
  });

  it.each(VALUE_SETS)('renders %s to resources that the strict schemas of Kubernetes and of the operators accept', (values) => {
    const args = ['-strict', '-summary', '-output', 'json', '-kubernetes-version', KUBERNETES];
    const input = render(tools.helm, values).text;
    const { status, stdout } = spawnSync(tools.kubeconform, [...args, ...locations()], { input, encoding: 'utf8' });
    const { resources = [], summary } = JSON.parse(stdout) as {
      readonly resources?: readonly unknown[];
      readonly summary: { readonly valid: number };
    };
    expect([status, resources]).toEqual([0, []]);
    expect(summary.valid).toBe((rendered.get(values) ?? []).length);
  });

  it.each([
    ['external-kafka', 'terminationGracePeriodSeconds:', 'terminationGraceSeconds:'],
    ['everything', 'entityOperator:', 'entityOperators:'],
    ['everything', 'kraftMetadata: shared', 'kraftMetadata: common'],
    ['everything', 'type: internal', 'kind: internal'],
    ['everything', 'kafka.strimzi.io/v1', 'kafka.strimzi.io/v1beta2'],
  ])('would be refused for one wrong word: with %s, %s as %s', (values, right, wrong) => {
    const { text } = render(tools.helm, values);
    expect(text).toContain(right);
    const { status, stdout } = spawnSync(tools.kubeconform, ['-strict', ...locations()], {
      input: text.replaceAll(right, wrong),
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([1, expect.stringMatching(/invalid|could not find schema/)]);
  });

  it('passes kube-score, except for the opinions that the chart does not share', () => {
    const seen = new Set<string>();
    for (const values of VALUE_SETS) {
      const opinions = opinionsOf(tools.kubeScore, render(tools.helm, values).text);
      const asked = ASKED_BY_VALUES[values] ?? {};
      expect([values, opinions.filter(({ id }) => !(id in NOT_SHARED) && !(id in asked))]).toEqual([values, []]);
      for (const { id } of opinions) seen.add(id in asked ? `${values}: ${id}` : id);
    }
    // A reason that no object needs any more must be deleted.
    const reasons = Object.entries(ASKED_BY_VALUES).flatMap(([values, asked]) => Object.keys(asked).map((id) => `${values}: ${id}`));
    expect([...seen].sort()).toEqual([...Object.keys(NOT_SHARED), ...reasons].sort());
  });

  it('fails kube-score when a container may write to its file system', () => {
    const input = render(tools.helm, 'external-kafka').text.replace('readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false');
    const told = opinionsOf(tools.kubeScore, input).filter(({ id }) => id === 'container-security-context-readonlyrootfilesystem');
    expect(told).toHaveLength(1);
  });

  it.each([
    ['config.kafka.broker=x:9092', "at '/config/kafka': additional properties 'broker' not allowed"],
    ['config.log.partitions=many', "at '/config/log/partitions': got string, want integer"],
    ['config.traces.root_grace=soon', "at '/config/traces/root_grace': 'soon' does not match pattern"],
    ['config.storage.database_url=postgres://x', "at '/config/storage': additional properties 'database_url' not allowed"],
    ['evaluators.replicas=3', "additional properties 'evaluators' not allowed"],
    ['api.replica=3', "at '/api': additional properties 'replica' not allowed"],
    ['api.autoscaling.keda.enabled=true', "at '/api/autoscaling': additional properties 'keda' not allowed"],
    ['mode=both', "at '/mode': value must be one of 'distributed', 'standalone'"],
    ['evaluator.autoscaling.maxReplicas=13', 'evaluator.autoscaling.maxReplicas is 13, and there are 12 partitions'],
    ['evaluator.autoscaling.enabled=false,evaluator.replicas=13', 'evaluator.replicas is 13, and there are 12 partitions'],
    ['api.autoscaling.minReplicas=9', 'api.autoscaling.minReplicas is 9, and maxReplicas 4'],
    ['config.server.http_port=8080', 'config.server.http_port is what ports, probes and volumes of the chart stand on'],
    ['mode=standalone,config.storage.path=/data', 'config.storage.path is what ports, probes and volumes of the chart stand on'],
    ['config.kafka.brokers=null,strimzi.enabled=true,strimzi.replicas=2', 'config.kafka.replication is 3, and strimzi.replicas 2'],
    ['config.kafka.brokers=null,strimzi.enabled=true,kafkaTls.enabled=true', 'kafkaTls.caSecretName'],
    ['fullnameOverride=Big_name', "at '/fullnameOverride'"],
    ['backup.schedule=0 2 * *', "at '/backup/schedule'"],
    ['config.kafka.group_instance_id=a', 'config.kafka.group_instance_id would give all evaluators one name'],
    ['evaluator.staticMembership.enabled=true', 'evaluator.staticMembership.enabled needs evaluator.autoscaling.enabled=false'],
    ['api.staticMembership.enabled=true', "at '/api': additional properties 'staticMembership' not allowed"],
    ['tls.enabled=true', 'tls.enabled needs tls.secretName, or certificate.enabled'],
    ['tls.enabled=true,certificate.enabled=true', 'certificate.issuerRef.name is needed'],
    ['externalSecret.enabled=true', 'externalSecret.storeRef.name is needed'],
    ['strimzi.enabled=true', 'config.kafka.brokers and strimzi.enabled exclude each other'],
    ['prometheusRule.enabled=true,prometheusRule.disabled={BeTraceDwon}', 'there is no alert BeTraceDwon'],
    ['serviceMonitor.enabled=true,config.authentication.protect_metrics=true', "the operator's scrapes can't carry an API key"],
    // Values that the API server accepts, but with which no pod can start.
    ['image.repository=Registry/BeTrace', "at '/image/repository'"],
    ['image.repository=registry.example.com/betrace:1.0', "at '/image/repository'"],
    ['image.tag=1.0+build', "at '/image/tag'"],
    ['config.storage.type=disk', 'config.storage.type is what ports, probes and volumes of the chart stand on'],
    [
      'mode=standalone,backup.enabled=true,standalone.persistence.accessModes={ReadWriteOncePod}',
      'the pod of the backup could not read the volume',
    ],
    ['ingest.podDisruptionBudget.maxUnavailable=0%', "at '/ingest/podDisruptionBudget/maxUnavailable'"],
    // Values with which a release looks protected, but is not.
    ['ingress.enabled=true,ingress.oauth2Proxy.enabled=true,ingress.oauth2Proxy.authUrl=', "at '/ingress/oauth2Proxy/authUrl'"],
    ['ingress.oauth2Proxy.enabled=true', 'nobody would have to sign in'],
    ['tls.mutual=true', 'tls.mutual does nothing without tls.enabled'],
    ['certificate.enabled=true,certificate.issuerRef.name=x', 'certificate.enabled does nothing without tls.enabled'],
    ['kafkaTls.caSecretName=x', 'kafkaTls.caSecretName does nothing without kafkaTls.enabled'],
    // Names that an API server refuses in the middle of an installation.
    ['nameOverride=Über uns', "at '/nameOverride'"],
    ['fullnameOverride=1st', 'the names of the Services would begin with "1st"'],
    ['secrets.existingSecret=My_Secret', "at '/secrets/existingSecret'"],
    ['trust.secretName=geheim!', "at '/trust/secretName'"],
    ['ingress.host=http://betrace.example.com/', "at '/ingress/host'"],
    ['api.resources.requests.memmory=1Gi', "invalid propertyName 'memmory'"],
    ['api.extraEnv[0].name=A B,api.extraEnv[0].value=x', "at '/api/extraEnv/0/name'"],
    ['strimzi.version=latest', "at '/strimzi/version'"],
  ])('refuses %s, with the reason', (set, why) => {
    const { status, text } = render(tools.helm, 'external-kafka', set);
    expect([status, text]).toEqual([1, expect.stringContaining(why)]);
  });

  it('refuses a setting that names a file which no pod has, with the value that mounts it', () => {
    const files = KEYS.filter(({ setting }) => /^File\b/.test(setting.doc)).map(({ name }) => name);
    expect(files.length).toBeGreaterThan(6);
    for (const name of files) {
      const { status, text } = render(tools.helm, 'external-kafka', `config.${name}=/etc/x`);
      expect([name, status, text]).toEqual([
        name,
        1,
        expect.stringContaining(`config.${name} is a file, and the pods have none of yours: set `),
      ]);
    }
  });

  it('refuses a release whose name no Service may have, and cuts long names to valid ones', () => {
    for (const release of ['my.release', '1st'])
      expect(renderRelease(release, tools.helm, 'external-kafka')).toEqual({
        status: 1,
        text: expect.stringContaining(`would begin with "${release}-betrace"`),
      });
    const long = manifestsOf(renderRelease(`${'a'.repeat(38)}--b`, tools.helm, 'external-kafka').text);
    expect(long.find(({ kind }) => kind === 'ConfigMap')?.metadata.name).toBe('a'.repeat(38));
  });

  it('requires brokers', () => {
    expect(render(tools.helm, undefined)).toEqual({ status: 1, text: expect.stringContaining('config.kafka.brokers is needed') });
    expect(render(tools.helm, undefined, 'config.kafka.brokers={}')).toMatchObject({ status: 1 });
    expect(render(tools.helm, undefined, 'config.kafka.brokers={,}')).toMatchObject({ status: 1 });
  });

  it('takes brokers as betrace.yaml does, also as a text with commas', () => {
    const rendered = manifestsOf(render(tools.helm, undefined, 'config.kafka.brokers=a:9092\\, b:9096').text);
    expect(rendered.find(({ kind }) => kind === 'ConfigMap')?.data['betrace.yaml']).toMatch(/brokers:\n *- a:9092\n *- b:9096\n/);
    const [policy] = rendered.filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policy?.spec.egress[1].ports).toContainEqual({ port: 9096, protocol: 'TCP' });
  });

  // KUBERNETES=write npm test -- test/deploy/chart.spec.ts writes it.
  it('is docs/deployment/kubernetes.yaml, without Helm', () => {
    const { text } = render(tools.helm, 'external-kafka');
    const head =
      '# Rendered from deploy/helm/betrace with ci/external-kafka.yaml: kubectl create namespace betrace; kubectl apply -n betrace -f kubernetes.yaml\n';
    const ofHelm = /^ *(app\.kubernetes\.io\/managed-by: Helm|helm\.sh\/chart: .*|# Source: .*)\n/gm;
    const wanted = head + text.replaceAll(ofHelm, '');
    if (process.env['KUBERNETES'] === 'write') writeFileSync(plain, wanted);
    expect(readFileSync(plain, 'utf8')).toBe(wanted);
  });
});
