import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SWITCHES } from '../faults/switches.js';
import { BeTrace } from '../harness/betrace.js';
import { bundledCode } from '../harness/bundle.js';
import { REPOSITORY } from '../harness/repository.js';
import { imageStages } from './image-stages.js';
import { tryWholeProgram } from './whole-program.js';

const stages = imageStages();
const runtime = stages.get('runtime')!;
const targets = ['ingest', 'evaluator', 'api', 'cli', 'standalone'] as const;

/** A Node that runs as an unprivileged user if the tests run as root, else as their user. */
const asOther = process.getuid?.() === 0 ? ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', '--no-new-privs'] : [];

describe('the image: its steps in a clean folder', () => {
  let parent: string;
  let bundle: string;
  /** /betrace of the image: the files of `COPY --from=build`, which are read-only. */
  let folder: string;
  let node: string;
  /** The root of the image; undefined if it cannot be made: it needs Debian's packages, and is entered by root. */
  let root: string | undefined;
  beforeAll(async () => {
    bundle = await bundledCode();
    parent = mkdtempSync(join(tmpdir(), 'betrace-image-'));
    chmodSync(parent, 0o755);
    folder = join(parent, 'betrace');
    cpSync(bundle, folder, { recursive: true, filter: (file) => !file.endsWith('.map') || !file.startsWith(bundle) });
    node = join(parent, 'node');
    cpSync(process.execPath, node); // others may not be able to read the tests' folder
    spawnSync('chmod', ['-R', 'a+rX,a-w', folder]);
    if (asOther.length > 0 && spawnSync('dpkg', ['-L', 'libc6']).status === 0) root = makeRoot();
    else console.warn('SKIPPED: the root of the image (needs Debian, and root)');
  }, 300_000);
  afterAll(() => {
    spawnSync('chmod', ['-R', 'u+w', parent]);
    rmSync(parent, { recursive: true, force: true });
  });

  /** As in the Dockerfile. */
  const makeRoot = () => {
    const made = join(parent, 'root');
    const run = (command: string, ...args: readonly string[]) =>
      expect([command, ...args, spawnSync(command, args, { encoding: 'utf8' })]).toEqual([
        command,
        ...args,
        expect.objectContaining({ status: 0, stderr: '' }),
      ]);
    run('sh', join(REPOSITORY, 'deploy/docker/system.sh'), made);
    run('cp', process.execPath, join(made, 'usr/bin/node'));
    run('cp', '-a', folder, join(made, 'betrace'));
    run(process.execPath, join(REPOSITORY, 'deploy/bundle/sbom-with-runtime.mjs'), join(made, 'betrace/sbom.cdx.json'), made);
    run('install', '-m', '755', join(REPOSITORY, 'deploy/docker/restore-rules.sh'), join(made, 'restore-rules.sh'));
    run('install', '-d', '-o', '1000', '-g', '1000', join(made, 'var/lib/betrace'));
    run('mknod', '-m', '666', join(made, 'dev/urandom'), 'c', '1', '9'); // a container runtime makes /dev
    return made;
  };
  const inRoot = (...command: readonly string[]): readonly [string, ...string[]] => [
    '/usr/sbin/chroot',
    '--userspec=1000:1000',
    root ?? '',
    ...command,
  ];

  const environment = (more: Readonly<Record<string, string>> = {}) => ({ PATH: '/usr/bin:/bin', ...runtime.environment, ...more });
  const run = (args: readonly string[], env = environment()) => {
    const [command = node, ...rest] = [...asOther, node, ...args];
    return spawnSync(command, rest, { cwd: folder, env, encoding: 'utf8', timeout: 60_000 });
  };

  it('has a target for each app, all of the same files', () => {
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
    expect(runtime.base).toBe('scratch');
    expect(stages.get('build')!.text).toMatch(/RUN sh deploy\/docker\/system\.sh \/system && cp \S+\/node \/system\/usr\/bin\/node/);
    expect(runtime.text).toContain('COPY --from=build /system /\n');
  });

  it('holds no packages, sources or tests, but the licences, in less than 25 MB', () => {
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

  it('has nothing of the test build, which makes faults on demand', () => {
    const programs = globSync('**/*.js', { cwd: folder });
    expect(programs.length).toBeGreaterThan(10);
    expect(programs.filter((name) => readFileSync(join(folder, name), 'utf8').includes(SWITCHES))).toEqual([]);
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
    // npm's own list omits some of these.
    const names = components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['kafkajs', 'pg', 'kysely', '@nestjs/core', 'prom-client', 'react', 'swagger-ui-dist']));
    expect(new Set(components.map(({ purl }) => purl)).size).toBe(components.length);
  });

  it('lists each package whose code it has, each dependency, and all that the console is built of', () => {
    const read = (file: string) =>
      JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, unknown>> & { sources: string[] };
    const { components } = read(join(folder, 'sbom.cdx.json')) as unknown as { components: { name: string; version: string }[] };
    const listed = components.map(({ name, version }) => `${name}@${version}`);
    // The maps of the code say where each line is from, without the list that the bundle is made by.
    const folders = globSync('*.js.map', { cwd: bundle }).flatMap((map) =>
      read(join(bundle, map)).sources.map((source) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(resolve(bundle, source))?.[0] ?? 'none'),
    );
    // Maps of a package itself may name files that are not in it.
    const packages = [...new Set(folders)].map((found) => join(found, 'package.json')).filter((file) => existsSync(file));
    const bundled = packages.map(read);
    expect(bundled.length).toBeGreaterThan(100);
    expect(bundled.map(({ name, version }) => `${name}@${version}`).filter((one) => !listed.includes(one))).toEqual([]);
    const lock = (file: string) => read(join(REPOSITORY, file))['packages'] as Record<string, { version: string; dev?: boolean }>;
    const locked = lock('package-lock.json');
    const direct = Object.keys(read(join(REPOSITORY, 'package.json'))['dependencies']!);
    expect(direct.filter((name) => !listed.includes(`${name}@${locked[`node_modules/${name}`]!.version}`))).toEqual([]);
    const ofConsole = Object.entries(lock('apps/console/package-lock.json')).filter(([path, { dev }]) => path !== '' && !dev);
    expect(ofConsole.length).toBeGreaterThan(20);
    const names = ofConsole.map(([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`);
    expect(names.filter((one) => !listed.includes(one))).toEqual([]);
  });

  it('lists the Node and the Debian packages that run it', () => {
    expect(stages.get('build')!.text).toContain('RUN node deploy/bundle/sbom-with-runtime.mjs dist/bundle/sbom.cdx.json /system');
    if (root === undefined) return;
    const list = (file: string) =>
      JSON.parse(readFileSync(file, 'utf8')) as { components: { name: string; version: string; purl: string }[] };
    const known = new Set(list(join(folder, 'sbom.cdx.json')).components.map(({ purl }) => purl));
    const added = list(join(root, 'betrace/sbom.cdx.json')).components.filter(({ purl }) => !known.has(purl));
    const [command, ...args] = inRoot('/usr/bin/node', '-p', 'process.versions.node');
    const version = spawnSync(command, args, { encoding: 'utf8' }).stdout.trim();
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    const installed = globSync('var/lib/dpkg/status.d/*', { cwd: root }).map((file) => file.slice(file.lastIndexOf('/') + 1));
    expect(installed.length).toBeGreaterThan(5);
    expect(added.map(({ name }) => name).sort()).toEqual(['node', ...installed].sort());
    expect(added.find(({ name }) => name === 'node')).toMatchObject({
      version,
      cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
      components: expect.arrayContaining([expect.objectContaining({ name: 'openssl', version: process.versions.openssl })]),
    });
    const libc = spawnSync('dpkg-query', ['--show', 'libc6'], { encoding: 'utf8' }).stdout.trim().split('\t');
    expect(added.find(({ name }) => name === 'libc6')).toMatchObject({
      version: libc[1],
      purl: expect.stringMatching(/^pkg:deb\/debian\/libc6@/),
    });
  });

  it('is no larger than 200 MB with its system and Node, without a package manager, a compiler, setuid files and a second Node', () => {
    if (root === undefined) return;
    const size = Number(/^\d+/.exec(spawnSync('du', ['--summarize', '--bytes', root], { encoding: 'utf8' }).stdout)?.[0]);
    expect(size).toBeGreaterThan(100e6);
    expect(size).toBeLessThan(200e6);
    const files = spawnSync('find', [root, '-type', 'f', '-printf', '%P\\n'], { encoding: 'utf8' }).stdout.trim().split('\n');
    const tools = /\/(node|npm|npx|apt[^/]*|dpkg|gcc[^/]*|cc|perl|python[^/]*|su|mount)$/;
    expect(files.filter((file) => tools.test(file))).toEqual(['usr/bin/node']);
    expect(spawnSync('find', [root, '-type', 'f', '-perm', '/6000'], { encoding: 'utf8' }).stdout).toBe('');
    expect(files).toContain('usr/share/doc/libc6/copyright');
    const listed = globSync('var/lib/dpkg/status.d/*', { cwd: root }).map((file) => readFileSync(join(root!, file), 'utf8'));
    expect(listed.map((status) => /^Package: (.+)$/m.exec(status)?.[1])).toEqual(expect.arrayContaining(['libc6', 'libstdc++6']));
    for (const status of listed) expect(status).toMatch(/^Version: \d/m);
    const script =
      'id -un; test -w /var/lib/betrace && echo may write its data; test ! -w /betrace/cli.js && head -c 4 /dev/urandom | base64 | wc -c';
    const [command, ...args] = inRoot('/bin/sh', '-c', script);
    expect(spawnSync(command, args, { encoding: 'utf8' })).toMatchObject({ stderr: '', stdout: 'node\nmay write its data\n9\n' });
  });

  it('prints its usage, from each of its entries', () => {
    expect(run(['cli.js', '--help'])).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('betrace COMMAND') });
    for (const app of ['ingest', 'evaluator', 'api', 'standalone'])
      expect(run([`${app}.js`, '--help'])).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining(`betrace ${app}`) });
  });

  it('checks rules, reads YAML, and reports mistakes by code', () => {
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

  it('works completely: threads, scripts, documents, console, files; and stops', async () => {
    const data = join(parent, 'data');
    spawnSync('install', ['-d', '-m', '700', ...(asOther.length > 0 ? ['-o', '1000', '-g', '1000'] : []), data]);
    // Started by the harness, which waits and ends it; as the other user through a script in place of the app's file.
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
    const started = root === undefined ? { bundle: starter } : { command: inRoot('/usr/bin/node', '/betrace/standalone.js') };
    const betrace = await BeTrace.start({
      ...started,
      env: {
        ...environment({
          BETRACE_STORAGE_PATH: root === undefined ? data : '/var/lib/betrace',
          BETRACE_DRAIN_PERIOD: '0s',
          LOG_FORMAT: 'text',
        }),
      },
    });
    try {
      const files = root === undefined ? data : join(root, 'var/lib/betrace');
      if (asOther.length > 0) expect(statSync(join(files, 'store.db')).uid).toBe(1000);
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
      if (root === undefined) return;
      // As the guide restores rules in a container.
      const rules = JSON.stringify({
        rules: [{ id: 'restored', name: 'restored', severity: 'LOW', expression: 'span.duration > 9s', enabled: true }],
      });
      const [shell, ...args] = inRoot('/bin/sh', '-c', 'cat > /tmp/rules.json && /restore-rules.sh /tmp/rules.json');
      const restored = spawnSync(shell, args, { input: rules, encoding: 'utf8', env: { PATH: '/usr/bin', BETRACE_URL: betrace.url } });
      expect(restored).toMatchObject({ status: 0, stderr: '' });
      expect((await betrace.json('GET', '/v1/rules/restored')).status).toBe(200);
    } finally {
      expect(await betrace.stop()).toBe(0);
    }
  }, 180_000);
});
