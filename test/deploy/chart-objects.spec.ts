import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '#platform';
import { KEYS } from '../../libs/platform/src/configuration/settings/keys.js';
import { alertGroups } from '../../scripts/documents/alerts-document.js';
import { REPOSITORY } from '../harness/repository.js';
import { PEER_TIMEOUT_MS } from '../peers/kept.js';
import { type Manifest, manifestsOf, podsOf, render, VALUE_SETS } from './chart.js';
import { type DeployTools, deployTools, whyNoDeployTools } from './deploy-tools.js';
import { imageStages } from './image-stages.js';
import { renderedChart } from './rendered-chart.js';

const root = REPOSITORY;
/** The commands that a container of the image can start. */
const commands = [...imageStages().values()].map(({ command }) => command?.[0]);
const problem = whyNoDeployTools();
if (problem !== undefined) console.warn(`SKIPPED: the objects of the Helm chart (${problem})`);

(problem === undefined ? describe : describe.skip)('the objects of the Helm chart', () => {
  let tools: DeployTools;
  let rendered: ReadonlyMap<string, readonly Manifest[]>;
  beforeAll(async () => {
    tools = await deployTools();
    rendered = renderedChart(tools.helm);
  }, PEER_TIMEOUT_MS);
  const of = (values: string, kind: string) => (rendered.get(values) ?? []).filter((manifest) => manifest.kind === kind);
  const matches = (selector: Record<string, string>, labels: Record<string, string>) =>
    Object.entries(selector).every(([key, value]) => labels[key] === value);

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
