import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { loadConfiguration } from '#platform';
import { KEYS } from '../../libs/platform/src/configuration/keys.js';
import { alertGroups } from '../../scripts/documents/alerts-document.js';
import { REPOSITORY } from '../harness/repository.js';
import { PEER_TIMEOUT_MS } from '../peers/kept.js';
import { CHART, KUBERNETES, type Manifest, manifestsOf, podsOf, render, renderRelease, SCHEMAS, VALUE_SETS } from './chart.js';
import { type DeployTools, deployTools, whyNoDeployTools } from './deploy-tools.js';
import { imageStages } from './image-stages.js';
import { ASKED_BY_VALUES, NOT_SHARED, opinionsOf } from './kube-score.js';
import { strimziDefinitions } from './strimzi.js';

const root = REPOSITORY;
/** The commands that a container of the image can start. */
const commands = [...imageStages().values()].map(({ command }) => command?.[0]);
const plain = join(root, 'docs/deployment/kubernetes.yaml');
/** A schema of another version of Kubernetes is in another folder, and not found. */
const locations = () =>
  [...Object.values(SCHEMAS), strimzi].flatMap((folder) => [
    '-schema-location',
    join(folder, '{{.ResourceKind}}_{{.ResourceAPIVersion}}.json'),
  ]);
/** The folder with what Strimzi's API says of its resources. */
let strimzi: string;
const problem = whyNoDeployTools();
if (problem !== undefined) console.warn(`SKIPPED: the Helm chart (${problem})`);

(problem === undefined ? describe : describe.skip)('the Helm chart', () => {
  let tools: DeployTools;
  const rendered = new Map<string, readonly Manifest[]>();
  beforeAll(async () => {
    tools = await deployTools();
    strimzi = await strimziDefinitions();
    for (const values of VALUE_SETS) {
      const { status, text } = render(tools.helm, values);
      expect([values, status, status === 0 ? '' : text]).toEqual([values, 0, '']);
      rendered.set(values, manifestsOf(text));
    }
  }, PEER_TIMEOUT_MS);
  const of = (values: string, kind: string) => (rendered.get(values) ?? []).filter((manifest) => manifest.kind === kind);
  const matches = (selector: Record<string, string>, labels: Record<string, string>) =>
    Object.entries(selector).every(([key, value]) => labels[key] === value);

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

  it('is what kube-score has nothing against, but for the opinions that the chart does not share', () => {
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
    // What the API server takes, and no pod can start with.
    ['image.repository=Registry/BeTrace', "at '/image/repository'"],
    ['image.repository=registry.example.com/betrace:1.0', "at '/image/repository'"],
    ['image.tag=1.0+build', "at '/image/tag'"],
    ['config.storage.type=disk', 'config.storage.type is what ports, probes and volumes of the chart stand on'],
    [
      'mode=standalone,backup.enabled=true,standalone.persistence.accessModes={ReadWriteOncePod}',
      'the pod of the backup could not read the volume',
    ],
    ['ingest.podDisruptionBudget.maxUnavailable=0%', "at '/ingest/podDisruptionBudget/maxUnavailable'"],
    // What looks protected, and is not.
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

  describe.each(VALUE_SETS)('of %s', (values) => {
    const manifests = () => rendered.get(values) ?? [];

    it('runs each pod as Pod Security `restricted` requires, with requests and limits, on a read-only file system', () => {
      const pods = podsOf(manifests());
      expect(pods.length).toBeGreaterThan(0);
      for (const { name, spec } of pods) {
        expect([name, spec]).toEqual([
          name,
          expect.objectContaining({
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: expect.objectContaining({ runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } }),
          }),
        ]);
        expect(spec.volumes.filter((volume: Manifest) => volume.hostPath !== undefined)).toEqual([]);
        for (const container of spec.containers) {
          expect(container.securityContext).toEqual({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          });
          for (const kind of ['requests', 'limits'])
            expect(Object.keys(container.resources[kind]).sort()).toEqual(['cpu', 'ephemeral-storage', 'memory']);
          for (const { name: mount } of container.volumeMounts)
            expect(
              [
                ...spec.volumes,
                ...of(values, 'StatefulSet').flatMap(({ spec: { volumeClaimTemplates = [] } }) =>
                  volumeClaimTemplates.map((claim: Manifest) => claim.metadata),
                ),
              ].map((volume: Manifest) => volume.name),
            ).toContain(mount);
        }
      }
    });

    it('starts existing programs with known settings', () => {
      for (const { spec } of podsOf(manifests())) {
        const [container] = spec.containers;
        expect(commands).toContain(container.args[0]);
        const { configuration, notices } = startedWith(of(values, 'ConfigMap')[0], container);
        // Notices about ports do not apply to the CLI, which has none.
        expect(notices.filter((notice) => container.name !== 'backup' || !notice.includes('API key'))).toEqual([]);
        expect(configuration.process.environment).toBe('production');
        if (container.name !== 'backup') expect(configuration.kafka.brokers.length > 0).toBe(container.name !== 'standalone');
      }
    });

    it('refers only to existing resources', () => {
      const pods = podsOf(manifests());
      const accounts = of(values, 'ServiceAccount').map(({ metadata }) => metadata.name);
      const workloads = [...of(values, 'Deployment'), ...of(values, 'StatefulSet')].map(({ metadata }) => metadata.name);
      const services = of(values, 'Service');
      for (const { spec } of pods) expect(accounts).toContain(spec.serviceAccountName);
      for (const { spec } of services) {
        const [pod] = pods.filter(({ metadata }) => matches(spec.selector, metadata.labels));
        const ports = pod?.spec.containers[0].ports.map(({ name }: Manifest) => name);
        for (const { targetPort } of spec.ports) expect(ports).toContain(targetPort);
      }
      for (const { spec } of [...of(values, 'HorizontalPodAutoscaler'), ...of(values, 'ScaledObject')])
        expect(workloads).toContain(spec.scaleTargetRef.name);
      for (const { spec } of of(values, 'StatefulSet')) expect(services.map(({ metadata }) => metadata.name)).toContain(spec.serviceName);
      for (const { spec } of of(values, 'Ingress'))
        for (const { backend } of spec.rules[0].http.paths)
          expect(services.map(({ metadata }) => metadata.name)).toContain(backend.service.name);
      for (const { spec } of of(values, 'ServiceMonitor'))
        expect(services.filter(({ metadata }) => matches(spec.selector.matchLabels, metadata.labels))).toHaveLength(workloads.length);
    });

    it('has no selector that matches the pods of two apps', () => {
      const pods = podsOf(manifests());
      const selectors = [...of(values, 'Deployment'), ...of(values, 'StatefulSet'), ...of(values, 'PodDisruptionBudget')].map(
        ({ spec }) => spec.selector.matchLabels,
      );
      const policies = of(values, 'NetworkPolicy').map(({ spec }) => spec.podSelector.matchLabels);
      for (const selector of [...selectors, ...policies])
        expect(pods.filter(({ metadata }) => matches(selector, metadata.labels))).toHaveLength(1);
    });
  });

  it('evicts only one of several replicas at a time, and spreads them', () => {
    for (const values of ['external-kafka', 'everything']) {
      expect(of(values, 'PodDisruptionBudget')).toHaveLength(of(values, 'Deployment').length);
      for (const { spec } of of(values, 'Deployment')) {
        expect(spec.strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
        expect(spec.replicas).toBeUndefined();
        expect(spec.template.spec.topologySpreadConstraints).toHaveLength(2);
      }
    }
    expect(of('fixed-replicas', 'Deployment').map(({ spec }) => spec.replicas)).toEqual([3, 2]);
  });

  it('gives evaluators that keep their partitions names of their own', () => {
    const [set, ...others] = of('fixed-replicas', 'StatefulSet');
    expect(others).toEqual([]);
    expect(set.metadata.name).toBe('betrace-evaluator');
    expect(set.spec).toMatchObject({ replicas: 4, serviceName: 'betrace-evaluator-headless', podManagementPolicy: 'Parallel' });
    expect(set.spec.volumeClaimTemplates).toBeUndefined();
    expect(set.spec.template.spec.containers[0].env).toEqual(
      expect.arrayContaining([
        { name: 'KAFKA_GROUP_INSTANCE_ID', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'KAFKA_SESSION_TIMEOUT', value: '90s' },
      ]),
    );
    const named = podsOf(VALUE_SETS.flatMap((values) => rendered.get(values) ?? [])).filter(({ spec }) =>
      spec.containers[0].env?.some(({ name }: Manifest) => name === 'KAFKA_GROUP_INSTANCE_ID'),
    );
    expect(named.map(({ name }) => name)).toEqual(['StatefulSet/betrace-evaluator']);
  });

  it('has a network policy for each pod, and lets only the scraper reach the evaluator', () => {
    expect(of('everything', 'NetworkPolicy')).toHaveLength(podsOf(rendered.get('everything') ?? []).length);
    const evaluator = of('everything', 'NetworkPolicy').find(({ metadata }) => metadata.name === 'betrace-evaluator');
    const monitoring = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } };
    expect(evaluator.spec.ingress).toEqual([{ from: [monitoring], ports: [{ port: 12011, protocol: 'TCP' }] }]);
  });

  it('gives each process only the secrets that it needs, outside of the configuration', () => {
    const secretsOf = (values: string, name: string) =>
      podsOf(rendered.get(values) ?? [])
        .find((pod) => pod.name.endsWith(name))
        ?.spec.containers[0].env.filter(({ valueFrom }: Manifest) => valueFrom?.secretKeyRef !== undefined)
        .map((variable: Manifest) => [variable.name, variable.valueFrom.secretKeyRef.optional]);
    expect(secretsOf('everything', '-ingest')).toEqual([
      ['BETRACE_API_KEY', true],
      ['KAFKA_SASL_PASSWORD', true],
      ['BETRACE_TRACING_HEADERS', true],
    ]);
    expect(secretsOf('everything', '-api')).toEqual(
      expect.arrayContaining([
        ['DATABASE_URL', false],
        ['BETRACE_SIGNATURE_KEY', false],
      ]),
    );
    const all = ['-ingest', '-evaluator', '-api'].flatMap((name) => secretsOf('everything', name).map(([variable]: [string]) => variable));
    for (const { setting } of KEYS) if (setting.secret) expect(setting.env.filter((variable) => all.includes(variable))).toHaveLength(1);
  });

  it('has the alerts of deploy/prometheus/alerts.yaml, except those that are disabled', () => {
    const [rule] = of('everything', 'PrometheusRule');
    const expected = alertGroups(root).map(({ name, rules }) => ({
      name,
      rules: rules.filter(({ alert }) => alert !== 'BeTraceManyViolations'),
    }));
    expect(rule.spec.groups).toEqual(expected);
    expect(of('everything', 'ServiceMonitor')[0].spec.endpoints[0].relabelings).toEqual([
      { targetLabel: 'job', replacement: 'betrace-backend' },
    ]);
  });

  it('requires a sign-in of people, but not of senders', () => {
    const annotations = Object.fromEntries(of('everything', 'Ingress').map(({ metadata }) => [metadata.name, metadata.annotations]));
    expect(annotations['betrace-front']).toMatchObject({
      'nginx.ingress.kubernetes.io/auth-url': 'https://oauth2.example.com/oauth2/auth',
    });
    expect(Object.keys(annotations['betrace-intake'])).not.toContain('nginx.ingress.kubernetes.io/auth-url');
  });

  it("sends a sender's paths to ingest, and what is below them to the API", () => {
    const paths = Object.fromEntries(
      of('everything', 'Ingress').map(({ metadata, spec }) => [
        metadata.name,
        spec.rules[0].http.paths.map(({ path, pathType }: { readonly path: string; readonly pathType: string }) => `${pathType} ${path}`),
      ]),
    );
    expect(paths).toEqual({
      'betrace-front': ['Prefix /'],
      'betrace-intake': ['/v1/traces', '/v1/traces/', '/v1/spans', '/v1/spans/'].map((path) => `Exact ${path}`),
    });
  });

  it('keeps the volume of a standalone process when the release is deleted', () => {
    const [set] = of('standalone', 'StatefulSet');
    expect(set.spec).toMatchObject({ replicas: 1, persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' } });
    expect(set.spec.volumeClaimTemplates[0].spec).toMatchObject({ storageClassName: 'fast', resources: { requests: { storage: '50Gi' } } });
    expect(set.spec.template.spec.containers[0].volumeMounts).toContainEqual({ name: 'data', mountPath: '/var/lib/betrace' });
  });

  it('lets every process that connects to a database or an endpoint trust an authority of the operator', () => {
    for (const set of [
      'trust.secretName=company-ca,backup.enabled=true',
      'mode=standalone,trust.secretName=company-ca,backup.enabled=true',
    ]) {
      const pods = podsOf(manifestsOf(render(tools.helm, 'external-kafka', set).text));
      expect(pods.length).toBeGreaterThan(1);
      for (const pod of pods) {
        const [container] = pod.spec.containers;
        expect(container!.env).toContainEqual({ name: 'NODE_EXTRA_CA_CERTS', value: '/etc/betrace-trust/ca.crt' });
        expect(container!.volumeMounts).toContainEqual({ name: 'trust', mountPath: '/etc/betrace-trust', readOnly: true });
        expect(pod.spec.volumes).toContainEqual(
          expect.objectContaining({ name: 'trust', secret: expect.objectContaining({ secretName: 'company-ca' }) }),
        );
      }
    }
  });

  it('lets processes through to the ports that their settings name', () => {
    const set = 'config.kafka.brokers={b-1:9096,b-2:9096},config.otlp.endpoint=https://otlp.example.com:8443/x,backup.enabled=true';
    const policies = manifestsOf(render(tools.helm, 'external-kafka', set).text).filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policies).toHaveLength(4);
    for (const { spec } of policies) {
      const ports = spec.egress[1].ports.map(({ port }: { readonly port: number }) => port);
      expect(ports).toEqual([9092, 9093, 5432, 4317, 4318, 9096, 8443]);
    }
    const opened = (more: string) => {
      const [policy] = manifestsOf(render(tools.helm, 'external-kafka', `networkPolicy.egressPorts={9092},${more}`).text).filter(
        ({ kind }) => kind === 'NetworkPolicy',
      );
      return policy?.spec.egress[1].ports.map(({ port }: { readonly port: number }) => port);
    };
    // A port that the scheme implies is one, too.
    expect(opened('config.otlp.endpoint=https://otlp.example.com')).toEqual([9092, 443]);
    expect(opened('config.otlp.endpoint=HTTP://otlp.example.com/v1/traces')).toEqual([9092, 80]);
    expect(opened('config.tracing.endpoint=[fd00::1]:4317')).toEqual([9092, 4317]);
    expect(opened('config.authentication.oidc_issuer=https://login.example.com/realms/shop')).toEqual([9092, 4317, 443]);
  });

  it('drains as long as the values say, whatever the image says', () => {
    const pods = podsOf(manifestsOf(render(tools.helm, 'external-kafka', 'config.server.drain_period=9s').text));
    expect(pods).toHaveLength(3);
    for (const { spec } of pods) expect(spec.containers[0].env).toContainEqual({ name: 'BETRACE_DRAIN_PERIOD', value: '9s' });
  });

  it.each([
    ['', 30],
    ['config.server.drain_period=20s', 45],
    ['config.server.shutdown_timeout=1m30s', 105],
    ['config.server.drain_period=15s,config.server.shutdown_timeout=1.5m', 115],
    ['config.server.shutdown_timeout=45000', 60],
    ['config.server.drain_period=500ms,config.server.shutdown_timeout=20s', 31],
    ['config.server.drain_period=1ms,config.server.shutdown_timeout=1s', 30],
    ['config.server.shutdown_timeout=2000000', 2015],
    ['evaluator.extraEnv[0].name=BETRACE_SHUTDOWN_TIMEOUT,evaluator.extraEnv[0].value=2m', 30, 135],
    ['config.server.drain_period=9s,api.extraEnv[0].name=BETRACE_DRAIN_PERIOD,api.extraEnv[0].value=40s', 65, 34],
  ])('does not kill a process within its stop, with %s', (set, longest, shortest = longest) => {
    const manifests = manifestsOf(render(tools.helm, 'external-kafka', ...(set === '' ? [] : [set])).text);
    const pods = podsOf(manifests);
    const periods = pods.map(({ spec }) => spec.terminationGracePeriodSeconds);
    expect(new Set(periods)).toEqual(new Set([longest, shortest]));
    for (const { spec } of pods) {
      const { configuration } = startedWith(
        manifests.find(({ kind }) => kind === 'ConfigMap'),
        spec.containers[0],
      );
      // The process ends by itself one second after both.
      const { drainPeriod, shutdownTimeout } = configuration.server;
      expect(spec.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(drainPeriod + shutdownTimeout + 1_000);
    }
  });

  it('does not kill a process that migrates a large database', () => {
    for (const { spec } of [...of('external-kafka', 'Deployment'), ...of('standalone', 'StatefulSet')]) {
      const [container] = spec.template.spec.containers;
      const { periodSeconds, failureThreshold } = container.startupProbe;
      const migrates = ['api', 'standalone'].includes(container.name);
      expect([container.name, periodSeconds * failureThreshold]).toEqual([container.name, migrates ? 3600 : 120]);
    }
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

/** What a container of the image starts with: the image's settings, its variables, and a ConfigMap. */
function startedWith(config: Manifest, container: Manifest): ReturnType<typeof loadConfiguration> {
  const directory = mkdtempSync(join(tmpdir(), 'betrace-chart-'));
  try {
    const file = join(directory, 'betrace.yaml');
    writeFileSync(file, config.data['betrace.yaml']);
    const variables = container.env.map(({ name, value, valueFrom }: Manifest) => [
      name,
      value ?? (valueFrom.fieldRef ? 'betrace-evaluator-0' : secretOf(name)),
    ]);
    const drain = imageStages().get('runtime')!.environment['BETRACE_DRAIN_PERIOD'];
    const environment = {
      BETRACE_DRAIN_PERIOD: drain,
      ...Object.fromEntries(variables),
      BETRACE_CONFIG: file,
      BETRACE_HOST: '0.0.0.0',
    };
    return loadConfiguration({ environment, directory });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A value for each variable from a Secret. */
const secretOf = (variable: string): string =>
  ({
    DATABASE_URL: 'postgres://betrace:pass@postgres/betrace',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer x',
    BETRACE_TRACING_HEADERS: 'authorization=Bearer y',
  })[variable] ?? (variable === 'BETRACE_PRIVATE_KEY' ? '' : 'a-secret-of-the-test');
