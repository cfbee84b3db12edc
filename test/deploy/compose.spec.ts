import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { loadConfiguration } from '#platform';
import { KAFKA_VERSION } from '../../scripts/kafka/jars.js';
import { REPOSITORY } from '../harness/repository.js';
import { type ComposeProject, composeConfig, whyNoCompose } from './compose-config.js';
import { imageStages } from './image-stages.js';

const ours = ['ingest', 'evaluator', 'api'] as const;
const problem = whyNoCompose();
if (problem !== undefined) console.warn(`SKIPPED: docker-compose.yml (${problem})`);

(problem === undefined ? describe : describe.skip)('docker-compose.yml', () => {
  let project: ComposeProject;
  beforeAll(() => {
    project = composeConfig();
  });
  const service = (name: string) => project.services[name]!;
  const environmentOf = (name: string) =>
    Object.fromEntries(Object.entries(service(name).environment ?? {}).map(([key, value]) => [key, value ?? '']));
  /** A mounted file of a service, by its path in the container. */
  const mounted = (name: string, target: string) => {
    const mount = service(name).volumes?.find((volume) => volume.target === target);
    return parse(readFileSync(mount?.source ?? `${target} is not mounted`, 'utf8')) as unknown;
  };

  it('is valid on a fresh clone, and is the whole system', () => {
    expect(Object.keys(project.services)).toEqual(
      expect.arrayContaining([...ours, 'kafka', 'postgres', 'tempo', 'grafana', 'prometheus', 'alertmanager', 'collector']),
    );
  });

  it.each(ours)('starts %s with known settings, over Kafka', (name) => {
    const { configuration, notices } = loadConfiguration({
      environment: { ...imageStages().get('runtime')!.environment, ...environmentOf(name) },
      directory: '/nowhere',
    });
    // Other containers must reach it, and the API key is for the user to set: there are no other notices.
    expect(notices).toEqual([expect.stringContaining('everyone who reaches 0.0.0.0')]);
    expect(configuration.server.host).toBe('0.0.0.0');
    expect(configuration.kafka.brokers).toEqual(['kafka:9092']);
    expect(configuration.process.environment).toBe('production');
    expect(configuration.otlp.endpoint).toBe('tempo:4317');
    expect(configuration.storage.databaseUrl).toMatch(/^postgres:\/\/betrace:betrace@postgres:5432\/betrace$/);
    expect(service(name).command).toEqual([`${name}.js`]);
  });

  it('gives all of them the same signature key: generated once, or from .env', () => {
    const keyFiles = ours.map((name) => environmentOf(name)['BETRACE_SIGNATURE_KEY_FILE']);
    expect(new Set(keyFiles)).toEqual(new Set(['/run/betrace/signature.key']));
    for (const name of ours) expect(service(name).depends_on?.['signature-key']?.condition).toBe('service_completed_successfully');
    const own = composeConfig({ BETRACE_SIGNATURE_KEY: 'of my own' });
    for (const name of ours) expect(own.services[name]!.environment?.['BETRACE_SIGNATURE_KEY']).toBe('of my own');
  });

  it('makes a key that only its owner reads, and keeps it at the next start', () => {
    const { entrypoint, command } = service('signature-key');
    const directory = mkdtempSync(join(tmpdir(), 'betrace-compose-'));
    const file = join(directory, 'signature.key');
    // Compose files write `$$` for `$`; the image's user does not exist on this machine.
    const script = String(command?.[0]).replaceAll('$$', '$').replace('/run/betrace', directory);
    const start = () => spawnSync(entrypoint![0]!, [...entrypoint!.slice(1), `chown() { :; }\n${script}`], { encoding: 'utf8' });
    try {
      expect(start()).toMatchObject({ status: 0, stderr: '' });
      const made = readFileSync(file, 'utf8');
      expect(Buffer.from(made, 'base64')).toHaveLength(32);
      expect(statSync(file).mode & 0o777).toBe(0o400);
      expect(start()).toMatchObject({ status: 0, stderr: '' });
      expect(readFileSync(file, 'utf8')).toBe(made);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('mounts only existing files', () => {
    const mounts = Object.values(project.services).flatMap(({ volumes = [] }) => volumes.filter(({ type }) => type === 'bind'));
    expect(mounts.length).toBeGreaterThan(3);
    for (const { source } of mounts) expect([source, existsSync(source)]).toEqual([source, true]);
  });

  it('publishes no port twice', () => {
    const ports = Object.values(project.services).flatMap(({ ports: published = [] }) => published.map((port) => port.published));
    expect(new Set(ports).size).toBe(ports.length);
    expect(ports).toEqual(expect.arrayContaining(['12011', '12012', '12015', '4317', '4318', '3200', '9090', '9093']));
  });

  it('answers on this machine alone, because nothing asks for a key', () => {
    const addresses = (variables: Record<string, string>) =>
      Object.values(composeConfig({ COMPOSE_PROFILES: 'demo', ...variables }).services).flatMap(({ ports = [] }) =>
        ports.map((port) => port.host_ip),
      );
    expect(new Set(addresses({}))).toEqual(new Set(['127.0.0.1']));
    expect(new Set(addresses({ BETRACE_BIND: '0.0.0.0' }))).toEqual(new Set(['0.0.0.0']));
  });

  it.each(ours)('lets %s stop in order, and write nowhere', (name) => {
    const { configuration } = loadConfiguration({
      environment: { ...imageStages().get('runtime')!.environment, ...environmentOf(name) },
      directory: '/nowhere',
    });
    const { drainPeriod, shutdownTimeout } = configuration.server;
    expect(service(name).stop_grace_period).toBe('30s');
    expect(drainPeriod + shutdownTimeout).toBeLessThan(30_000);
    expect(service(name)).toMatchObject({ read_only: true, cap_drop: ['ALL'], tmpfs: ['/tmp'] });
  });

  it('keeps acknowledged spans when the container of Kafka is replaced', () => {
    const volume = service('kafka').volumes?.find(({ type }) => type === 'volume');
    expect(environmentOf('kafka')['KAFKA_LOG_DIRS']).toBe(volume?.target);
  });

  it('runs the Kafka version of the tests', () => expect(service('kafka').image).toBe(`apache/kafka:${KAFKA_VERSION}`));

  it('makes the collector send to ingest and to Tempo, and Prometheus scrape each of ours', () => {
    const { exporters } = mounted('collector', '/etc/collector.yaml') as { exporters: Record<string, { endpoint: string }> };
    expect(Object.values(exporters).map(({ endpoint }) => endpoint)).toEqual(['tempo:4317', 'ingest:12012']);
    expect(mounted('prometheus', '/etc/prometheus/prometheus.yaml')).toMatchObject({
      scrape_configs: [{ job_name: 'betrace-backend', dns_sd_configs: [{ names: [...ours], port: 12011 }] }],
      alerting: { alertmanagers: [{ static_configs: [{ targets: ['alertmanager:9093'] }] }] },
    });
  });

  it('gives Grafana the plugin, and data sources that are services', () => {
    const plugin = (file: string) => (JSON.parse(readFileSync(join(REPOSITORY, 'apps/grafana/src', file), 'utf8')) as { id: string }).id;
    const ids = [plugin('plugin.json'), plugin('datasource/plugin.json')];
    expect(environmentOf('grafana')['GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS']).toBe(ids.join());
    const read = (folder: string, file: string) => {
      const mount = service('grafana').volumes?.find(({ target }) => target === `/etc/grafana/provisioning/${folder}`);
      return parse(readFileSync(join(mount!.source!, file), 'utf8'));
    };
    expect(read('plugins', 'betrace-app.yaml').apps).toEqual([{ type: ids[0], org_id: 1, disabled: false }]);
    const { datasources } = read('datasources', 'datasources.yaml') as { datasources: { type: string; url: string; uid: string }[] };
    expect(datasources.map(({ type }) => type)).toEqual(['tempo', 'prometheus', 'alertmanager', ids[1]]);
    for (const { url } of datasources) expect(Object.keys(project.services)).toContain(new URL(url).hostname);
    const provider = read('dashboards', 'dashboards.yaml').providers[0].options.path;
    expect(service('grafana').volumes?.map(({ target }) => target)).toContain(provider);
    // Mounted data must not hide the plugin of a newer image.
    const dockerfile = readFileSync(join(REPOSITORY, 'deploy/grafana/Dockerfile'), 'utf8');
    const [, plugins = ''] = /^ENV GF_PATHS_PLUGINS=(.+)$/m.exec(dockerfile)!;
    expect(dockerfile).toContain(`/betrace/dist/grafana/betrace-app ${plugins}/betrace-app`);
    for (const { target } of service('grafana').volumes ?? []) expect(plugins.startsWith(`${target}/`)).toBe(false);
  });

  it('has an Alertmanager that accepts its settings', () => {
    if (spawnSync('amtool', ['--version']).status !== 0)
      return console.warn('SKIPPED: alertmanager.yaml by amtool (apt-get install prometheus-alertmanager)');
    const file = join(REPOSITORY, 'deploy/compose/alertmanager.yaml');
    expect(spawnSync('amtool', ['check-config', file], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('SUCCESS'),
    });
  });

  it('sends load only on request', () => {
    expect(Object.keys(project.services)).not.toContain('demo');
    const demo = composeConfig({ COMPOSE_PROFILES: 'demo' }).services['demo']!;
    expect(demo.command).toEqual(expect.arrayContaining(['--url=http://api:12011', '--otlp=http://collector:4317']));
    expect(imageStages().get('demo')).toMatchObject({
      base: 'build',
      user: '1000:1000',
      entrypoint: ['node'],
      command: [demo.command![0]],
    });
    expect(existsSync(join(REPOSITORY, String(demo.command![0]).replace('dist/', '').replace('.js', '.ts')))).toBe(true);
  });
});

(problem === undefined ? describe : describe.skip)('deploy/compose/standalone.yaml', () => {
  const FILE = 'deploy/compose/standalone.yaml';
  const { standalone, others } = (() => {
    if (problem !== undefined) return { standalone: undefined, others: [] };
    const { betrace, ...more } = composeConfig({}, FILE).services;
    return { standalone: betrace, others: Object.keys(more) };
  })();
  const environment = (service = standalone) =>
    Object.fromEntries(Object.entries(service?.environment ?? {}).map(([key, value]) => [key, value ?? '']));

  it('is one container, read-only, without capabilities, with its files in a volume', () => {
    expect(others).toEqual([]);
    expect(standalone).toMatchObject({ command: ['standalone.js'], read_only: true, cap_drop: ['ALL'], tmpfs: ['/tmp'] });
    const volumes = standalone?.volumes?.map(({ type, target }) => [type, target]);
    expect(volumes).toEqual([['volume', imageStages().get('runtime')!.environment['BETRACE_STORAGE_PATH']]]);
  });

  it('starts with known settings that keep everything, and publishes the ports that it listens on', () => {
    const all = { ...imageStages().get('runtime')!.environment, ...environment() };
    const { configuration } = loadConfiguration({ environment: all, directory: '/nowhere' });
    expect(configuration.storage).toMatchObject({ type: 'disk', path: '/var/lib/betrace' });
    expect(configuration.server.host).toBe('0.0.0.0');
    expect(configuration.otlp.endpoint).toBeUndefined();
    const { httpPort, grpcPort, otlpGrpcPort, otlpHttpPort, standardPorts, drainPeriod, shutdownTimeout } = configuration.server;
    expect(standardPorts).toBe(true);
    expect(standalone?.ports?.map(({ target }) => target)).toEqual([httpPort, grpcPort, otlpGrpcPort, otlpHttpPort]);
    expect(drainPeriod + shutdownTimeout).toBeLessThan(30_000);
    expect(standalone?.stop_grace_period).toBe('30s');
  });

  it('is reachable from this machine only, by default', () => {
    expect(new Set(standalone?.ports?.map(({ host_ip }) => host_ip))).toEqual(new Set(['127.0.0.1']));
    const open = composeConfig(
      { BETRACE_BIND: '0.0.0.0', BETRACE_API_KEY: 'k'.repeat(32), OTEL_EXPORTER_OTLP_ENDPOINT: 'tempo:4317' },
      FILE,
    ).services['betrace'];
    expect(new Set(open?.ports?.map(({ host_ip }) => host_ip))).toEqual(new Set(['0.0.0.0']));
    const { configuration } = loadConfiguration({ environment: environment(open), directory: '/nowhere' });
    expect(configuration.authentication.apiKey).toBe('k'.repeat(32));
    expect(configuration.otlp.endpoint).toBe('tempo:4317');
  });
});
