import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commandsOf } from '../../scripts/check/document-commands.js';
import { BeTrace } from '../harness/betrace.js';
import { freePorts } from '../harness/free-port.js';
import { REPOSITORY } from '../harness/repository.js';
import { goesOnAfterStop } from './whole-program.js';

/** A user who owns nothing, if the tests run as root. */
const asOther = process.getuid?.() === 0 ? ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', '--no-new-privs'] : [];

describe('the single executable', () => {
  let folder: string;
  let program: string;
  beforeAll(async () => {
    await promisify(execFile)(process.execPath, [join(REPOSITORY, 'scripts', 'run.mjs'), 'executable'], {
      cwd: REPOSITORY,
      timeout: 240_000,
    });
    folder = mkdtempSync(join(tmpdir(), 'betrace-executable-'));
    chmodSync(folder, 0o755);
    program = join(folder, 'betrace');
    copyFileSync(join(REPOSITORY, 'dist', 'executable', 'betrace'), program);
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...args: readonly string[]) => {
    const [command = '', ...rest] = [...asOther, program, ...args];
    return spawnSync(command, rest, { cwd: folder, env: { PATH: '/usr/bin:/bin' }, encoding: 'utf8', timeout: 60_000 });
  };

  // The commands of `npm run executable`, which CONTRIBUTING.md has too, and of docs/deployment/executable.md.
  const [VERSION = '', CHECK = '', SERVE = ''] = commandsOf(readFileSync(join(REPOSITORY, 'docs/deployment/executable.md'), 'utf8'))
    .filter((command) => command.startsWith('./betrace '))
    .map((command) => command.slice('./betrace '.length));

  it('prints its version and usage, and refuses unknown arguments', () => {
    const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as { version: string };
    expect(run(...VERSION.split(' '))).toMatchObject({ status: 0, stderr: '', stdout: `${version}\n` });
    expect(run('--help')).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('betrace COMMAND') });
    expect(run()).toMatchObject({ status: 2 });
    expect(run('chek')).toMatchObject({ status: 2, stderr: expect.stringContaining('Did you mean: check') });
    for (const app of ['ingest', 'evaluator', 'api', 'standalone'])
      expect(run('serve', app, '--help')).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining(`betrace ${app}`) });
    expect(run('serve', '--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('betrace standalone') });
    const unknown = run('--http-prot=1');
    expect([unknown.status, unknown.stdout + unknown.stderr]).toEqual([1, expect.stringContaining('http-port')]);
  });

  it('lists its components, with its Node', () => {
    const { components } = JSON.parse(readFileSync(join(REPOSITORY, 'dist/executable/sbom.cdx.json'), 'utf8')) as {
      components: { name: string; version: string }[];
    };
    expect(components).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'node', version: process.versions.node }),
        expect.objectContaining({ name: 'kafkajs' }),
      ]),
    );
  });

  it('checks rules', () => {
    writeFileSync(join(folder, 'rules.yaml'), 'rules:\n  - { id: bad, name: bad, severity: LOW, expression: span.durations > 1s }\n');
    // An app that another spec started in this process makes new files private (umask 077).
    chmodSync(join(folder, 'rules.yaml'), 0o644);
    const { status, stdout, stderr } = run(...CHECK.split(' '));
    expect([status, stdout + stderr]).toEqual([1, expect.stringContaining('BT_DSL_UNKNOWN_FIELD')]);
  });

  it('works like the whole server, writes only to its data, and continues after a stop', async () => {
    const data = join(folder, 'data');
    spawnSync('install', ['-d', '-m', '700', ...(asOther.length > 0 ? ['-o', '1000', '-g', '1000'] : []), data]);
    const [http = 0, grpc = 0] = await freePorts(2);
    const ports = { http, grpc };
    expect(SERVE).toBe('--http-port=12011 --grpc-port=12012 --storage-path=data');
    const start = () =>
      BeTrace.start({
        command: [...asOther, program] as unknown as [string],
        ports,
        args: SERVE.replace('12011', String(ports.http)).replace('12012', String(ports.grpc)).replace('=data', `=${data}`).split(' '),
        env: { LOG_FORMAT: 'text' },
      });
    await goesOnAfterStop(start, async (first) => {
      if (asOther.length > 0) expect(statSync(join(data, 'store.db')).uid).toBe(1000);
      expect(first.logs()).toMatch(/INFO.*listening on/); // pino-pretty
      expect(first.logs()).not.toContain('ExperimentalWarning');
      const page = await (await fetch(`${first.url}/ui`)).text();
      const asset = /\/ui\/assets\/[\w-]+\.js/.exec(page)![0];
      const sizes = await Promise.all(
        ['identity', 'gzip', 'br'].map(async (encoding) => {
          const answer = await fetch(first.url + asset, { headers: { 'accept-encoding': encoding } });
          expect(answer.headers.get('content-encoding')).toBe(encoding === 'identity' ? null : encoding);
          return [Number(answer.headers.get('content-length')), await answer.text()] as const;
        }),
      );
      expect(new Set(sizes.map(([, text]) => text)).size).toBe(1);
      expect(sizes[1]![0]).toBeLessThan(sizes[0]![0]);
    });
    expect(readdirSync(folder).sort()).toEqual(['betrace', 'data', 'rules.yaml']);
  }, 180_000);
});
