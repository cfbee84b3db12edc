import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BeTrace } from '../harness/betrace.js';
import { bundledCode } from '../harness/bundle.js';
import { REPOSITORY } from '../harness/repository.js';
import { imageStages } from './image-stages.js';
import { tryWholeProgram } from './whole-program.js';

const stages = imageStages();
const runtime = stages.get('runtime')!;
const targets = ['ingest', 'evaluator', 'api', 'cli', 'standalone'] as const;

/** A node that runs as an unprivileged user if the tests run as root, else as their user. */
const asOther = process.getuid?.() === 0 ? ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', '--no-new-privs'] : [];

describe('the image: its steps in a clean folder', () => {
  let parent: string;
  /** /betrace of the image: what `COPY --from=build` copies, which nobody may write. */
  let folder: string;
  let node: string;
  beforeAll(async () => {
    const bundle = await bundledCode();
    parent = mkdtempSync(join(tmpdir(), 'betrace-image-'));
    chmodSync(parent, 0o755);
    folder = join(parent, 'betrace');
    cpSync(bundle, folder, { recursive: true, filter: (file) => !file.endsWith('.map') || !file.startsWith(bundle) });
    node = join(parent, 'node');
    cpSync(process.execPath, node); // the folder of the tests need not be one that others may read
    spawnSync('chmod', ['-R', 'a+rX,a-w', folder]);
  }, 300_000);
  afterAll(() => {
    spawnSync('chmod', ['-R', 'u+w', parent]);
    rmSync(parent, { recursive: true, force: true });
  });

  const environment = (more: Readonly<Record<string, string>> = {}) => ({ PATH: '/usr/bin:/bin', ...runtime.environment, ...more });
  const run = (args: readonly string[], env = environment()) => {
    const [command = node, ...rest] = [...asOther, node, ...args];
    return spawnSync(command, rest, { cwd: folder, env, encoding: 'utf8', timeout: 60_000 });
  };

  it('is described by a target for each app, all of the same files', () => {
    for (const name of targets) {
      expect(stages.get(name)).toMatchObject({ base: 'runtime', environment: {} });
      expect(stages.get(name)!.command?.[0]).toBe(`${name}.js`);
      expect(statSync(join(folder, `${name}.js`)).isFile()).toBe(true);
    }
    expect([...stages.keys()].at(-1)).toBe('standalone'); // what is built without a target
    expect(runtime.user).toBe('1000:1000');
    expect(runtime.entrypoint).toEqual(['node']);
    expect(stages.get('build')!.text).toContain('RUN npm run bundle && rm dist/bundle/*.map');
    expect(runtime.text).toContain('COPY --from=build /betrace/dist/bundle ./');
  });

  it('holds no packages, sources or tests, the licences of what is in it, and less than 25 MB', () => {
    const files = globSync('**/*', { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.filter(({ parentPath }) => parentPath.includes('node_modules'))).toEqual([]);
    expect(files.filter(({ name }) => /\.(ts|map|node)$|spec|jest/.test(name)).map(({ name }) => name)).toEqual([]);
    const size = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
    expect(size).toBeGreaterThan(5e6);
    expect(size).toBeLessThan(25e6);
    const notices = readFileSync(join(folder, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const name of ['@nestjs/core', 'kafkajs', 'pg', 'fengari', 'swagger-ui-dist', 'reflect-metadata'])
      expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'));
  });

  it('lists the packages that it is made of, with the versions of the lock files and their licences', () => {
    const { components } = JSON.parse(readFileSync(join(folder, 'sbom.cdx.json'), 'utf8')) as {
      components: { name: string; version: string; purl: string; licenses: { expression?: string }[] }[];
    };
    const locked = ['package-lock.json', 'apps/console/package-lock.json'].flatMap((file) =>
      Object.entries(
        (JSON.parse(readFileSync(join(REPOSITORY, file), 'utf8')) as { packages: Record<string, { version?: string; dev?: boolean }> })
          .packages,
      ).flatMap(([path, { version, dev }]) => (dev ? [] : [`${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`])),
    );
    for (const { name, version, purl, licenses } of components) {
      expect(locked).toContain(`${name}@${version}`);
      expect(purl).toBe(`pkg:npm/${name.replace('@', '%40')}@${version}`);
      expect([name, licenses[0]?.expression]).toEqual([name, expect.stringMatching(/MIT|ISC|Apache-2.0|BSD|Unlicense|BlueOak|OFL-1.1/)]);
    }
    // npm's own list leaves some of these out.
    const names = components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['kafkajs', 'pg', 'kysely', '@nestjs/core', 'prom-client', 'react', 'swagger-ui-dist']));
    expect(new Set(components.map(({ purl }) => purl)).size).toBe(components.length);
  });

  it('says how it is used, by each of its entries', () => {
    expect(run(['cli.js', '--help'])).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('betrace COMMAND') });
    for (const app of ['ingest', 'evaluator', 'api', 'standalone'])
      expect(run([`${app}.js`, '--help'])).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining(`betrace ${app}`) });
  });

  it('checks rules, reads YAML, and calls what is wrong by its code', () => {
    const rules = join(parent, 'rules.yaml');
    writeFileSync(
      rules,
      'rules:\n  - { id: slow, name: slow, severity: LOW, expression: span.duration > 1s }\n  - { id: bad, name: bad, severity: LOW, expression: span.durations > 1s }\n',
    );
    const { status, stdout, stderr } = run(['cli.js', 'check', rules]);
    expect([status, stdout + stderr]).toEqual([1, expect.stringContaining('BT_DSL_UNKNOWN_FIELD')]);
    const kafka = run(['api.js'], environment({ KAFKA_BROKERS: '', BETRACE_STORAGE_PATH: '', BETRACE_SIGNATURE_KEY: 'k'.repeat(32) }));
    expect([kafka.status, kafka.stderr]).toEqual([1, expect.stringContaining('KAFKA_BROKERS')]);
    expect(kafka.stderr).not.toContain('    at ');
  });

  it('does the work: threads, scripts, documents, console, files; and stops', async () => {
    const data = join(parent, 'data');
    spawnSync('install', ['-d', '-m', '700', ...(asOther.length > 0 ? ['-o', '1000', '-g', '1000'] : []), data]);
    // Starts by the harness, which waits and ends; as the other user by a file that it takes for the app's.
    const starter = join(parent, 'start');
    spawnSync('mkdir', [starter]);
    const command = [...asOther.slice(1), node, join(folder, 'standalone.js')];
    writeFileSync(
      join(starter, 'standalone.js'),
      asOther.length === 0
        ? `import ${JSON.stringify(join(folder, 'standalone.js'))};`
        : `process.execve(${JSON.stringify(spawnSync('which', ['setpriv'], { encoding: 'utf8' }).stdout.trim())}, ${JSON.stringify(['setpriv', ...command])}, process.env);`,
    );
    writeFileSync(join(starter, 'package.json'), '{ "type": "module" }');
    const betrace = await BeTrace.start({
      bundle: starter,
      env: { ...environment({ BETRACE_STORAGE_PATH: data, BETRACE_DRAIN_PERIOD: '0s', LOG_FORMAT: 'text' }) },
    });
    try {
      if (asOther.length > 0) expect(statSync(join(data, 'store.db')).uid).toBe(1000);
      await tryWholeProgram(betrace);
      expect(betrace.logs()).toMatch(/INFO.*listening on/); // pino-pretty
      const tail = spawn(node, [join(folder, 'cli.js'), 'violations', 'list'], {
        env: { BETRACE_URL: betrace.url, PATH: '/bin' },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const listed: Buffer[] = [];
      tail.stdout.on('data', (chunk: Buffer) => listed.push(chunk));
      expect(await once(tail, 'exit')).toEqual([0, null]);
      expect(Buffer.concat(listed).toString()).toContain('counted');
    } finally {
      expect(await betrace.stop()).toBe(0);
    }
  }, 180_000);
});
