import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commandsOf } from '../../scripts/check/document-commands.js';
import { BeTrace } from '../harness/betrace.js';
import { bundledCode } from '../harness/bundle.js';
import { freePorts } from '../harness/free-port.js';
import { REPOSITORY } from '../harness/repository.js';
import { goesOnAfterStop } from './whole-program.js';

const commandsIn = (document: string) => commandsOf(readFileSync(join(REPOSITORY, document), 'utf8'));
/** As in docs/deployment/executable.md. */
const [PACK = '', INSTALL = '', VERSION = '', CHECK = '', SERVE = ''] = commandsIn('docs/deployment/executable.md').filter(
  (command) => /^np[mx] /.test(command) && !command.includes(' run '),
);
/** As in the package's own page, deploy/bundle/README.md. */
const README = commandsIn('deploy/bundle/README.md');
const OF_PAGES = [VERSION, CHECK, SERVE, ...README];

describe('the npm package', () => {
  let parent: string;
  let folder: string;
  const environment = {
    ...process.env,
    PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`,
    npm_config_update_notifier: 'false',
    npm_config_offline: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
  };
  const run = (command: string, ...args: readonly string[]) =>
    spawnSync(command, args, { cwd: folder, env: environment, encoding: 'utf8', timeout: 120_000 });
  const runOf = (command: string, ...more: readonly string[]) => run(...(command.split(' ') as [string]), ...more);
  let packed: { readonly filename: string; readonly size: number; readonly files: readonly { readonly path: string }[] };

  beforeAll(async () => {
    const bundle = await bundledCode();
    parent = mkdtempSync(join(tmpdir(), 'betrace-npm-'));
    folder = join(parent, 'app');
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), '{ "name": "app", "private": true }');
    const pack = runOf(PACK.replace('./dist/bundle', bundle), '--json', '--pack-destination', parent);
    expect([pack.status, pack.stderr]).toEqual([0, expect.any(String)]);
    [packed] = JSON.parse(pack.stdout);
    const install = runOf(INSTALL.replace('./', `${parent}/`));
    expect([install.status, install.stderr]).toEqual([0, '']);
  }, 300_000);
  afterAll(() => rmSync(parent, { recursive: true, force: true }));

  it('is one tarball without dependencies, tests and sources', () => {
    const manifest = JSON.parse(readFileSync(join(folder, 'node_modules/betrace/package.json'), 'utf8'));
    const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ name: 'betrace', version, license: 'Apache-2.0' });
    expect(manifest).not.toHaveProperty('dependencies');
    expect(packed.size).toBeLessThan(10e6);
    const paths = packed.files.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'THIRD-PARTY-NOTICES.txt', 'sbom.cdx.json', 'betrace.js']));
    expect(paths.filter((path) => /\.(ts|node)$|spec|jest|node_modules/.test(path))).toEqual([]);
  });

  it('is run by npx', () => {
    const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
    expect(OF_PAGES.filter((command) => !/^npx betrace (?:--version|--help|check rules\.yaml|serve.*)$/.test(command))).toEqual([]);
    expect(runOf(VERSION)).toMatchObject({ status: 0, stderr: '', stdout: `${version}\n` });
    writeFileSync(join(folder, 'rules.yaml'), 'rules:\n  - { id: bad, name: bad, severity: LOW, expression: span.durations > 1s }\n');
    const { status, stdout, stderr } = runOf(CHECK);
    expect([status, stdout + stderr]).toEqual([1, expect.stringContaining('BT_DSL_UNKNOWN_FIELD')]);
    expect(README).toContain(CHECK);
    expect(runOf('npx betrace --help')).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('betrace COMMAND') });
    expect(runOf('npx betrace serve evaluator --help').stdout).toContain('betrace evaluator');
  });

  // Another Node on this machine in addition to the pinned one.
  const old = ['/usr/bin/node', '/usr/local/bin/node'].find(
    (file) => existsSync(file) && Number(/^v(\d+)/.exec(spawnSync(file, ['--version'], { encoding: 'utf8' }).stdout)?.[1] ?? 99) < 24,
  );
  if (old === undefined) console.warn('SKIPPED: the npm package in an older Node (this machine has none)');
  (old === undefined ? it.skip : it)('says to an older Node what it needs', () => {
    const refused = run(old!, join(folder, 'node_modules/betrace/betrace.js'), '--version');
    expect(refused).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('Node 24 or newer is needed') });
  });

  it('serves, forwards a stop, and keeps its data', async () => {
    const [http = 0, grpc = 0] = await freePorts(2);
    const serve = SERVE.replace('12011', String(http))
      .replace('12012', String(grpc))
      .replace('=data', `=${join(parent, 'data')}`);
    const start = () =>
      BeTrace.start({
        command: [process.execPath, '--disable-warning=ExperimentalWarning', join(folder, 'node_modules/.bin/betrace'), 'serve'],
        ports: { http, grpc },
        args: serve.split(' ').slice('npx betrace serve'.split(' ').length),
      });
    await goesOnAfterStop(start);
  }, 180_000);
});
