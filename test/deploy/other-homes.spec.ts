import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '#platform';
import { REPOSITORY } from '../harness/repository.js';
import { imageStages } from './image-stages.js';

const files = (pattern: string) => globSync(pattern, { cwd: REPOSITORY }).sort();
const read = (file: string) => readFileSync(join(REPOSITORY, file), 'utf8');
const has = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;

describe('the systemd units', () => {
  const units = files('deploy/systemd/*.service');

  it('exist for each app, and start files of the bundle', () => {
    expect(units.map((file) => basename(file))).toEqual(
      ['api', 'evaluator', 'ingest', 'standalone'].map((app) => `betrace-${app}.service`),
    );
    for (const file of units) {
      const app = /betrace-(\w+)\.service/.exec(file)![1]!;
      expect(/^ExecStart=(.*)$/m.exec(read(file))![1]).toBe(`/usr/bin/node --disable-warning=ExperimentalWarning /opt/betrace/${app}.js`);
      expect(imageStages().get(app)!.command).toEqual([`${app}.js`]);
    }
  });

  it('use known settings, and give a key to those that sign or verify', () => {
    for (const file of units) {
      const text = read(file);
      const environment = Object.fromEntries(
        [...text.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
      );
      const kafka = file.includes('standalone') ? {} : { KAFKA_BROKERS: 'kafka:9092' };
      const { configuration } = loadConfiguration({ environment: { ...environment, ...kafka }, directory: '/nowhere' });
      expect([file, configuration.compliance.signatureKeyFile !== undefined]).toEqual([file, /api|evaluator/.test(file)]);
      expect([file, configuration.storage.path !== undefined]).toEqual([file, file.includes('standalone')]);
      // The process ends by itself a second after both.
      const { drainPeriod, shutdownTimeout } = configuration.server;
      expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(text)![1]) * 1_000).toBeGreaterThan(drainPeriod + shutdownTimeout + 1_000);
    }
  });

  const analyze = has('systemd-analyze', '--version');
  if (!analyze) console.warn('SKIPPED: systemd units by systemd-analyze (not in PATH: apt-get install systemd)');
  (analyze ? it : it.skip)('are read by systemd without a message, with an exposure of 2 of 10 at most', () => {
    const directory = mkdtempSync(join(tmpdir(), 'betrace-units-'));
    const verify = (file: string, text: string) => {
      const copy = join(directory, basename(file));
      writeFileSync(copy, text.replace('/usr/bin/node', process.execPath)); // it checks that the program exists
      return spawnSync('systemd-analyze', ['verify', copy], { encoding: 'utf8' });
    };
    try {
      for (const file of units) {
        const { status, stdout, stderr } = verify(file, read(file));
        expect([file, status, stdout + stderr]).toEqual([file, 0, '']);
        // The exit code ignores an unknown key; the output reports it.
        const misspelt = verify(file, read(file).replace('NoNewPrivileges=', 'NoNewPrivilege='));
        expect(misspelt.stdout + misspelt.stderr).toContain('NoNewPrivilege');
        const security = spawnSync('systemd-analyze', ['security', '--offline=yes', '--threshold=20', join(REPOSITORY, file)], {
          encoding: 'utf8',
        });
        expect([file, security.status]).toEqual([file, 0]);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('the ECS task definitions', () => {
  const definitions = files('deploy/ecs/*.json');
  const parsed = definitions.map((file) => [file, JSON.parse(read(file))] as const);

  it.each(parsed)('%s starts an app of the image, with known settings, as an unprivileged user', (file, definition) => {
    const app = basename(file, '.json');
    const [container] = definition.containerDefinitions;
    expect(container.command).toEqual(imageStages().get(app)!.command);
    expect(container.user).toBe(imageStages().get('runtime')!.user);
    expect(container).toMatchObject({ readonlyRootFilesystem: true, linuxParameters: { capabilities: { drop: ['ALL'] } } });
    const pairs = container.environment.map(({ name, value }: { name: string; value: string }) => [name, value]);
    const secrets = container.secrets.map(({ name }: { name: string }) => [
      name,
      name === 'DATABASE_URL' ? 'postgres://a@b/c' : 'k'.repeat(32),
    ]);
    const environment = { ...imageStages().get('runtime')!.environment, ...Object.fromEntries([...pairs, ...secrets]) };
    const { configuration, notices } = loadConfiguration({ environment, directory: '/nowhere' });
    expect(notices.filter((notice) => !/not exported/.test(notice))).toEqual([]);
    expect(configuration.kafka).toMatchObject({ tls: true, saslMechanism: 'scram-sha-512', replication: 3 });
    expect(configuration.storage.path).toBeUndefined();
    // Draining and the orderly stop must end before ECS kills the container.
    expect(container.stopTimeout * 1_000).toBeGreaterThan(configuration.server.drainPeriod + configuration.server.shutdownTimeout + 1_000);
    // Fargate's maximum.
    expect(container.stopTimeout).toBeLessThanOrEqual(120);
    // ECS ignores the image's health check.
    const [, check = ''] = /^HEALTHCHECK .* CMD (\[.*\])$/m.exec(imageStages().get('runtime')!.text)!;
    expect(container.healthCheck.command).toEqual(['CMD', ...JSON.parse(check)]);
  });

  const botocore = has('python3', '-c', 'import botocore');
  if (!botocore) console.warn('SKIPPED: ECS task definitions by the shape of the API (no botocore: pip install botocore)');
  (botocore ? it : it.skip)('have the shape that the API takes', () => {
    const check = (...of: string[]) =>
      spawnSync('python3', [join(REPOSITORY, 'test/deploy/ecs-shape.py'), ...of], { cwd: REPOSITORY, encoding: 'utf8' });
    expect(check(...definitions)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    const directory = mkdtempSync(join(tmpdir(), 'betrace-ecs-'));
    try {
      for (const [from, to] of [
        ['"awsvpc"', '"bogus"'],
        ['"essential"', '"esential"'],
      ] as const) {
        writeFileSync(join(directory, 'wrong.json'), read(definitions[0]!).replace(from, to));
        expect(check(join(directory, 'wrong.json')).stdout).toContain(to.replaceAll('"', ''));
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
